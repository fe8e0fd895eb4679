import { once } from "node:events";
import { connect } from "node:net";
import type { Asker, Question, Said, ServerAddress } from "./question.js";
import { isHonest, type SeedMail, seedMails } from "./seed.js";

/** Octets of each message, about. */
const MESSAGE_OCTETS = 2048;

const END_OF_HEAD = "\r\n\r\n";

/** `POST /v1/check` with a whole message in base64, as a client with a connection that it keeps sends it. */
export function httpQuestions(): readonly Question<Buffer>[] {
  return seedMails({ headers: true }).map((mail, index) => {
    const { login, envelopeFrom, recipient } = mail;
    const message = Buffer.from(messageOf(mail, index), "latin1").toString("base64");
    const client = "198.51.100.7";
    const body = JSON.stringify({
      login,
      client,
      helo: "client.example.org",
      envelopeFrom,
      recipients: [recipient],
      message,
    });
    const head = `POST /v1/check HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: mta/1.0\r\nAccept: */*\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
    return {
      payload: Buffer.from(`${head}${END_OF_HEAD}${body}`, "latin1"),
      expected: isHonest(mail) ? "pass" : "refuse",
    };
  });
}

function messageOf({ headerFrom, recipient }: SeedMail, index: number): string {
  const header = [
    "Received: from client.example.org (client.example.org [198.51.100.7])\r\n\tby mx.example.com (Postfix) with ESMTPSA id 4D3A1",
    "Date: Mon, 30 Nov 2026 09:00:00 +0000",
    `From: User <${headerFrom}>`,
    `To: ${recipient}`,
    "Subject: The figures of the third quarter",
    `Message-ID: <${index}@client.example.org>`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
  ].join("\r\n");
  const line = "The figures of the third quarter are in the table that Ann has sent.\r\n";
  return `${header}\r\n\r\n${line.repeat(Math.ceil((MESSAGE_OCTETS - header.length) / line.length))}`;
}

/** Asks over one connection, the next when the last is answered. */
export async function httpAsker(address: ServerAddress): Promise<Asker<Buffer>> {
  const socket = connect({ ...address, ...("port" in address ? { host: "127.0.0.1", noDelay: true } : {}) });
  await once(socket, "connect");
  let held = "";
  let done: ((said: Said, waits: number) => void) | undefined;
  const answered = (said: Said) => {
    const call = done;
    done = undefined;
    held = "";
    call?.(said, 1);
  };
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    held += chunk;
    const end = held.indexOf(END_OF_HEAD);
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(held.slice(0, end))?.[1]);
    const body = held.slice(end + END_OF_HEAD.length);
    if (body.length >= length) answered(readDecision(held, body));
  });
  socket.on("error", () => undefined);
  socket.on("close", () => answered("neither"));
  return {
    get isOpen() {
      return !socket.destroyed;
    },
    ask: (payload, call) => {
      done = call;
      socket.write(payload);
    },
    close: () => socket.destroy(),
  };
}

function readDecision(answer: string, body: string): Said {
  if (!answer.startsWith("HTTP/1.1 200 ")) return "neither";
  const { action } = JSON.parse(body) as { readonly action?: string };
  return action === "accept" ? "pass" : action === "reject" ? "refuse" : "neither";
}
