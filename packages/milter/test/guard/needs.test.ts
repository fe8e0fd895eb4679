import { bodyUnambiguous, createGuard, fail, ownedAddresses, pass, type Rule, rule, skip } from "@fromguard/core";
import { describe, expect, test } from "vitest";
import {
  ACTIONS,
  createMilterSession,
  type DecisionEvent,
  decodeAnswer,
  encodeFrame,
  FrameReader,
  guardHandler,
  STEPS,
} from "../../src/index.js";
import { mta } from "../recorded.js";

const envelope = rule("envelope", ["envelopeFrom"], () => pass());
const header = rule("header", ["headers"], () => pass());
const recipients = rule("recipients", ["recipients"], () => pass());
const body = bodyUnambiguous({ ownership: ownedAddresses({ ann: ["ann@corp.example"] }) });

function talk(rules: readonly Rule[], options: Parameters<typeof guardHandler>[1] = {}) {
  const events: DecisionEvent[] = [];
  const words: string[] = [];
  const reader = new FrameReader();
  const session = createMilterSession({
    handler: guardHandler(createGuard({ rules }), { onEvent: (event) => events.push(event), ...options }),
    send: (bytes) => {
      reader.push(bytes, (frame) => {
        const { value } = decodeAnswer(frame) as { value: { kind: string; text?: string } };
        words.push(value.text ?? value.kind);
      });
    },
    onClose: () => words.push("close"),
  });
  const say = (...frames: Buffer[]) => {
    for (const frame of frames) session.receive(frame);
    return words.splice(0);
  };
  say(mta.offer(), mta.connect(), mta.helo());
  const { steps, actions } = session.negotiated ?? { steps: 0, actions: 0 };
  return { say, events, steps, actions };
}

/** The steps that switch an event off, and those that leave it without an answer. */
const EVENTS = {
  connect: [STEPS.noConnect, STEPS.noReplyConnect],
  helo: [STEPS.noHelo, STEPS.noReplyHelo],
  mail: [STEPS.noMail, STEPS.noReplyMail],
  rcpt: [STEPS.noRcpt, STEPS.noReplyRcpt],
  data: [STEPS.noData, STEPS.noReplyData],
  unknown: [STEPS.noUnknown, STEPS.noReplyUnknown],
  header: [STEPS.noHeaders, STEPS.noReplyHeader],
  eoh: [STEPS.noEndOfHeader, STEPS.noReplyEndOfHeader],
  body: [STEPS.noBody, STEPS.noReplyBody],
} as const;

describe("a guard asks for what its rules need", () => {
  test.each<[string, Rule[], string, number]>([
    ["the envelope", [envelope], "mail waits", 2],
    ["the header", [header], "header eoh", 1],
    ["both", [envelope, header], "mail waits, header eoh", 2],
    ["recipients", [recipients], "rcpt", 1],
    ["everything", [envelope, recipients, header, body], "mail waits, rcpt header eoh body", 2],
    ["the body, and with it the header", [body], "header eoh body", 1],
  ])("%s: the rest is silent or not sent, and an accepted message costs so many waits", (_, rules, wanted, waits) => {
    const { say, steps } = talk(rules);
    for (const [event, [off, silent]] of Object.entries(EVENTS)) {
      const isSent = ["connect", "helo", "mail"].includes(event) || wanted.includes(event);
      expect([event, (steps & off) === 0]).toEqual([event, isSent]);
      if (isSent) expect([event, (steps & silent) === 0]).toEqual([event, wanted.includes(`${event} waits`)]);
    }
    const sent = [mta.macros("M", { "{auth_authen}": "ann" }), mta.mail("<ann@corp.example>")];
    if (wanted.includes("rcpt")) sent.push(mta.rcpt("<b@dest.example>"));
    if (wanted.includes("header")) sent.push(mta.header("From", " ann@corp.example"), mta.eoh());
    if (wanted.includes("body")) sent.push(mta.body("Hi.\r\n"));
    expect(say(...sent, mta.eom())).toEqual(Array(waits).fill("continue"));
  });

  test("never for the recipients that the MTA refused, for larger chunks, or to change body and recipients", () => {
    const { steps, actions } = talk([envelope, recipients, header, body]);
    expect(steps & (STEPS.refusedRecipients | STEPS.bodyChunks256K | STEPS.bodyChunks1M)).toBe(0);
    expect(actions & (ACTIONS.replaceBody | ACTIONS.addRecipients | ACTIONS.deleteRecipients)).toBe(0);
  });
});

describe("a rule on the body", () => {
  const MAIL = [mta.macros("M", { "{auth_authen}": "ann" }), mta.mail("<ann@corp.example>")];
  const HEADER = [
    mta.header("From", " ann@corp.example"),
    mta.header("Content-Type", ' multipart/mixed; boundary="b"'),
    mta.eoh(),
  ];
  const partOf = (from: string) =>
    `--b\r\nContent-Type: text/plain; hp="clear"\r\nFrom: ${from}\r\n\r\nHi.\r\n--b--\r\n`;
  const strict = bodyUnambiguous({
    ownership: ownedAddresses({ ann: ["ann@corp.example"] }),
    innerFrom: "reject",
  });

  test("judges it at the end of the message, in whatever chunks it came", () => {
    for (const [from, answer] of [
      ["ann@corp.example", /^continue$/],
      ["ceo@corp.example", /^553 5\.7\.1 /],
    ] as const) {
      const text = partOf(from);
      for (let at = 0; at <= text.length; at += 13) {
        const { say, events } = talk([envelope, strict]);
        say(...MAIL, ...HEADER);
        expect(say(mta.body(text.slice(0, at)), encodeFrame("E", text.slice(at)))[0]).toMatch(answer);
        expect(events).toMatchObject([{ stage: "body" }]);
      }
    }
  });

  test("is not asked where the header is refused before", () => {
    const refused = rule("refused", ["headers"], () => fail("from-multiple"));
    const seen: string[] = [];
    const watching = rule("watching", ["bodyAnomalies"], () => {
      seen.push("asked");
      return skip("seen");
    });
    const { say, events } = talk([refused, watching]);
    expect(say(...MAIL, ...HEADER, mta.body(partOf("a@b.example")), mta.eom())).toEqual([
      expect.stringMatching(/^550 5\.6\.0 /),
    ]);
    expect(seen).toEqual([]);
    expect(events).toMatchObject([{ stage: "header" }]);
  });

  test("refuses a body over the limit for good, and keeps none of it", () => {
    const { say, events } = talk([strict], { messageLimits: { maxBodyBytes: 20 } });
    say(...MAIL, ...HEADER, mta.body("0123456789"), mta.body("0123456789"));
    expect(say(mta.eom())).toEqual(["continue"]);
    say(mta.abort(), ...MAIL, ...HEADER, mta.body("0123456789"), mta.body("01234567890"));
    expect(say(mta.eom())[0]).toMatch(/^550 5\.6\.0 /);
    expect(events).toMatchObject([{}, { stage: "body", decision: { code: "header-too-long" } }]);
  });

  test("holds a local submission instead of refusing it", () => {
    const refusing = rule("refusing", ["bodyAnomalies"], () => fail("from-not-owned"));
    const { say, events } = talk([refusing]);
    const local = [mta.quitNc(), mta.connect("127.0.0.1", 0, "localhost"), mta.helo("localhost"), mta.mail("ceo")];
    expect(say(...local, ...HEADER, mta.body("Hi.\r\n"), mta.eom())).toEqual(["quarantine", "continue"]);
    expect(events).toMatchObject([{ insteadOfRefusal: "quarantine" }]);
  });
});
