import { once } from "node:events";
import { connect } from "node:net";
import { ALL_ACTIONS, decodeAnswer, encodeCommand, FrameReader, STEPS } from "@fromguard/milter";
import { submission } from "../messages.js";
import type { Asker, Question, Said, ServerAddress } from "./question.js";
import { isHonest, type SeedMail, seedMails } from "./seed.js";

/** An event of a message: its frames, and the step bits with which it is left out or gets no answer. */
interface Step {
  readonly octets: Buffer;
  readonly leftOutWith: number;
  readonly silentWith: number;
}

/** The events of a message, in order. */
export type MessageSteps = readonly Step[];

/** What Postfix 3.7 offers. */
const OFFERED = 0x1fffff;
const ABORT = encodeCommand({ kind: "abort" });
const BODY = Buffer.from("Please find the offer attached.\r\n".repeat(30));

/** Messages of 20 header fields and 1 kB of body, as Postfix tells a milter of them. */
export function milterQuestions(): readonly Question<MessageSteps>[] {
  return seedMails({ headers: true }).map((mail, index) => ({
    payload: stepsOf(mail, index),
    expected: isHonest(mail) ? "pass" : "refuse",
  }));
}

function stepsOf(mail: SeedMail, index: number): MessageSteps {
  const { login, envelopeFrom, headerFrom, recipient } = mail;
  const macros = (stage: string, pairs: readonly (readonly [string, string])[]) =>
    encodeCommand({ kind: "macros", stage, macros: pairs });
  const step = (octets: readonly Buffer[], leftOutWith = 0, silentWith = 0): Step => ({
    octets: Buffer.concat(octets),
    leftOutWith,
    silentWith,
  });
  const queueId = macros("E", [["i", `4Wq${index}Zk1xGz9rvQ`]]);
  return [
    step(
      [
        macros("M", [
          ["{auth_type}", "PLAIN"],
          ["{auth_authen}", login],
        ]),
        encodeCommand({ kind: "mail", sender: `<${envelopeFrom}>`, args: ["SIZE=2048"] }),
      ],
      STEPS.noMail,
      STEPS.noReplyMail,
    ),
    step([encodeCommand({ kind: "rcpt", recipient: `<${recipient}>`, args: [] })], STEPS.noRcpt, STEPS.noReplyRcpt),
    step([encodeCommand({ kind: "data" })], STEPS.noData, STEPS.noReplyData),
    ...fieldsOf(index, headerFrom).map(([name, value]) =>
      step([encodeCommand({ kind: "header", name, value })], STEPS.noHeaders, STEPS.noReplyHeader),
    ),
    step([encodeCommand({ kind: "eoh" })], STEPS.noEndOfHeader, STEPS.noReplyEndOfHeader),
    step([encodeCommand({ kind: "body", chunk: BODY })], STEPS.noBody, STEPS.noReplyBody),
    step([queueId, encodeCommand({ kind: "eom", chunk: Buffer.alloc(0) })]),
  ];
}

function fieldsOf(index: number, from: string): readonly (readonly [string, Buffer])[] {
  const text = Buffer.from(submission(index)).toString("latin1").trimEnd();
  return text.split(/\r\n(?![ \t])/).map((field) => {
    const colon = field.indexOf(":");
    const name = field.slice(0, colon);
    const value = name === "From" ? ` =?UTF-8?Q?Ren=C3=A9e_M=C3=BCller?= <${from}>` : field.slice(colon + 1);
    return [name, Buffer.from(value.replaceAll("\r\n", "\n"), "latin1")];
  });
}

/** Negotiates and greets as Postfix does, then asks about one message at a time: events that get no answer leave in one write. */
export async function milterAsker(address: ServerAddress): Promise<Asker<MessageSteps>> {
  const socket = connect({ ...address, ...("port" in address ? { host: "127.0.0.1", noDelay: true } : {}) });
  await once(socket, "connect");
  socket.on("error", () => undefined);
  let onAnswer: (answer: ReturnType<typeof decodeAnswer>) => void = () => undefined;
  let onClosed: () => void = () => undefined;
  const reader = new FrameReader();
  socket.on("data", (chunk: Buffer) => reader.push(chunk, (frame) => onAnswer(decodeAnswer(frame))));
  socket.on("close", () => onClosed());

  const steps = await new Promise<number>((resolve, reject) => {
    onClosed = () => reject(new Error("the milter closed the connection before it answered the negotiation"));
    onAnswer = (read) => {
      if (!read.ok || read.value.kind !== "negotiate") reject(new Error("the milter did not negotiate"));
      else resolve(read.value.steps);
    };
    socket.write(encodeCommand({ kind: "negotiate", version: 6, actions: ALL_ACTIONS, steps: OFFERED }));
  });

  /** Sends events, waiting where an answer is owed; ends at the first verdict that is not `continue`. */
  const run = (events: readonly Step[], before: Buffer | undefined, done: (said: Said, waits: number) => void) => {
    let at = 0;
    let waits = 0;
    const finish = (said: Said) => {
      onAnswer = () => undefined;
      onClosed = () => undefined;
      done(said, waits);
    };
    const advance = () => {
      const out: Buffer[] = at === 0 && before !== undefined ? [before] : [];
      while (at < events.length) {
        const event = events[at++] as Step;
        if (steps & event.leftOutWith) continue;
        out.push(event.octets);
        if (steps & event.silentWith) continue;
        waits++;
        socket.write(out.length === 1 ? (out[0] as Buffer) : Buffer.concat(out));
        return;
      }
      if (out.length > 0) socket.write(Buffer.concat(out));
      finish("pass");
    };
    onClosed = () => finish("neither");
    onAnswer = (read) => {
      if (!read.ok) return finish("neither");
      switch (read.value.kind) {
        case "continue":
          return advance();
        case "skip":
          // Asks for no more events of the same kind: here, header fields or body.
          return advance();
        case "accept":
          return finish("pass");
        case "reject":
          return finish("refuse");
        case "reply":
          return finish(read.value.text.startsWith("5") ? "refuse" : "neither");
        case "tempfail":
        case "discard":
          return finish("neither");
      }
    };
    advance();
  };

  const greeting: readonly Step[] = [
    {
      octets: encodeCommand({
        kind: "connect",
        name: "client.example.org",
        family: "4",
        port: 52144,
        address: "198.51.100.7",
      }),
      leftOutWith: STEPS.noConnect,
      silentWith: STEPS.noReplyConnect,
    },
    {
      octets: encodeCommand({ kind: "helo", name: "client.example.org" }),
      leftOutWith: STEPS.noHelo,
      silentWith: STEPS.noReplyHelo,
    },
  ];
  await new Promise<void>((resolve, reject) => {
    run(greeting, undefined, (said) =>
      said === "pass" ? resolve() : reject(new Error("the milter refused the greeting")),
    );
  });

  let isFirst = true;
  return {
    get isOpen() {
      return !socket.destroyed;
    },
    ask: (events, done) => {
      const before = isFirst ? undefined : ABORT;
      isFirst = false;
      run(events, before, done);
    },
    close: () => {
      onClosed = () => undefined;
      socket.destroy();
    },
  };
}
