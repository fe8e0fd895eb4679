import {
  type Answer,
  createMilterSession,
  type Decoded,
  decodeAnswer,
  encodeCommand,
  encodeFrame,
  FrameReader,
  guardHandler,
} from "@fromguard/milter";
import { createPolicySession, encodeAnswer, type PolicyEvent, RequestReader } from "@fromguard/policy";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { buildPolicy, type Policy } from "../../src/config/policy.js";
import { type Line, milterLine, policyLine, writeLine } from "../../src/serve/event-lines.js";
import { logOf } from "../support/log.js";
import { testIo } from "../support/test-io.js";

const CONFIG = `ownership:
  - login-map: "inline:{ ann@example.com=ann }"
rules: [login-owns-envelope, %HEADER%stamp-login: { authserv-id: mx.example.com }]
`;

/** What a client could forge a line, a reply or a terminal's action with, octets as latin1. */
const pieces = fc.constantFrom(
  "\r\n",
  "\n",
  "\r",
  "\x1b[2J",
  "\x07",
  "\x7f",
  "%s%n",
  "%",
  '"',
  "\\",
  "<",
  ">",
  "@",
  "ann@example.com",
  "ann",
  " ",
  "\t",
  "250 2.0.0 ok",
  "action=OK",
  '"}\n{"event":"decision"',
  "\xe2\x80\xa8",
  "\xc2\x85",
  "\xe2\x80\xae",
  "\xc3\xa9",
  "\xff",
  "\xed\xa0\x80",
  "=?utf-8?q?=0a?=",
);
const text = fc.oneof(
  fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join("")),
  fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((octet) => String.fromCharCode(octet)), maxLength: 1200 }),
);
const RUNS = { numRuns: 300 };

const EVENTS = ["decision", "handler-error", "connection-closed", "engine-error", "unknown-context", "edits-unmade"];
const PRINTABLE = /^[\x20-\x7e]*$/;

/** A log, and its lines as they are read back. */
function logged() {
  const io = testIo();
  const log = logOf(io);
  let told = 0;
  return {
    tell: (line: Line) => {
      told++;
      writeLine(log, line);
    },
    /** One for each event, each of printable ASCII, and none that a client made. */
    read: () => {
      const lines = io.out().split("\n");
      expect(lines.pop()).toBe("");
      expect(lines).toHaveLength(told);
      return lines.map((line) => {
        expect(line).toMatch(PRINTABLE);
        const fields = JSON.parse(line);
        expect(EVENTS).toContain(fields.event);
        return fields;
      });
    },
  };
}

async function policyOf(header: string): Promise<Policy> {
  return await buildPolicy(parseConfig(CONFIG.replace("%HEADER%", header), "f.yaml"));
}

describe("texts of a milter client", () => {
  let policy: Policy;
  beforeAll(async () => {
    policy = await policyOf("header-originators-owned, ");
  });

  /** The texts of an answer that stand in a reply, a header or a log of the MTA. */
  function textsOf(read: Decoded<Answer>): readonly string[] {
    if (!read.ok) return [read.fault];
    const answer = read.value;
    switch (answer.kind) {
      case "reply":
        return answer.text.split("\r\n");
      case "add-header":
      case "insert-header":
      case "change-header":
        return [answer.name, answer.value.replace(/\n(?=[ \t])/g, "")];
      case "quarantine":
        return [answer.reason];
      default:
        return [];
    }
  }

  async function converse(texts: readonly string[]) {
    const [name = "", helo = "", login = "", queueId = "", sender = "", recipient = "", field = "", value = ""] = texts;
    const { tell, read } = logged();
    const answers: Decoded<Answer>[] = [];
    const reader = new FrameReader();
    const session = createMilterSession({
      handler: guardHandler(
        policy.guard.within({
          name: "m",
          facts: ["login", "localUser", "client", "helo", "listener", "envelopeFrom", "headers"],
        }),
        {
          onEvent: (event) => tell(milterLine(event)),
        },
      ),
      send: (octets) => reader.push(octets, (frame) => void answers.push(decodeAnswer(frame))),
      onEvent: (event) => tell(milterLine({ ...event, peer: "unix" })),
      onClose: () => undefined,
    });
    const octets = (...strings: readonly string[]) => Buffer.from(`${strings.join("\0")}\0`, "latin1");
    const header = (name: string, text: string) => encodeFrame("L", octets(name, text));
    for (const frame of [
      encodeCommand({ kind: "negotiate", version: 6, actions: 0x1ff, steps: 0x1fffff }),
      encodeFrame("C", Buffer.concat([octets(name), Buffer.from("4\x00\x19", "latin1"), octets("192.0.2.7")])),
      encodeFrame("H", octets(helo)),
      encodeFrame("D", Buffer.concat([Buffer.from("M"), octets("{auth_authen}", login, "i", queueId)])),
      encodeFrame("M", octets(sender)),
      encodeFrame("R", octets(recipient)),
      header("From", value),
      header(field, value),
      encodeCommand({ kind: "eoh" }),
      encodeFrame("E", Buffer.alloc(0)),
    ]) {
      session.receive(frame);
      await Promise.resolve();
    }
    await new Promise(setImmediate);
    session.end();
    return { lines: read(), answers };
  }

  it("are escaped in every line of the log, and in every answer", async () => {
    const login = fc.oneof(fc.constant("ann"), text);
    const sender = fc.oneof(fc.constant("<ann@example.com>"), text);
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.tuple(text, text, login, text, sender, text, text, text), async (texts) => {
        const { lines, answers } = await converse(texts);
        for (const { event } of lines) seen.add(event);
        for (const answer of answers) for (const part of textsOf(answer)) expect(part).toMatch(PRINTABLE);
      }),
      RUNS,
    );
    expect([...seen].sort()).toEqual(["connection-closed", "decision"]);
  });

  it("stand in the log as they were sent, and in a reply made printable", async () => {
    const queueId = "Q\r\x1b[2J";
    const forged = "eve\x1b[2J@example.org";
    const { lines, answers } = await converse([
      "h",
      "h",
      "ann",
      queueId,
      "<ann@example.com>",
      "<r@x.test>",
      "X",
      forged,
    ]);
    expect(lines).toMatchObject([{ event: "decision", action: "reject", queueId }]);
    const replies = answers.flatMap((read) => (read.ok && read.value.kind === "reply" ? [read.value.text] : []));
    expect(replies).toHaveLength(1);
    expect(replies[0]).toMatch(/^5\d\d 5\.\d\.\d [\x20-\x7e]+$/);
  });
});

describe("texts of a policy client", () => {
  let policy: Policy;
  beforeAll(async () => {
    policy = await policyOf("");
  });

  const NAMES = [
    "helo_name",
    "client_name",
    "client_address",
    "sasl_username",
    "sender",
    "recipient",
    "instance",
    "policy_context",
    "protocol_state",
    "request",
  ] as const;

  async function ask(octets: Buffer): Promise<{ answers: string; lines: readonly Record<string, unknown>[] }> {
    const { tell, read } = logged();
    const on = (event: PolicyEvent) => tell(policyLine(event));
    const peer = "local";
    const session = createPolicySession({
      guard: policy.guard,
      contexts: {},
      listenerName: "policy",
      onDecision: (decision, facts) => on({ kind: "decided", peer, decision, facts }),
      onEngineError: (cause) => on({ kind: "engine-error", peer, cause }),
      onUnknownContext: (context) => on({ kind: "unknown-context", peer, context }),
      onEditsUnmade: (edits) => on({ kind: "edits-unmade", peer, edits }),
    });
    const reader = new RequestReader();
    reader.push(octets);
    let answers = "";
    for (let request = reader.next(); request !== undefined; request = reader.next()) {
      const answer =
        request.kind === "fault" ? request : await session.answer(request, { signal: new AbortController().signal });
      if (typeof answer !== "string") {
        on({ kind: "closed", peer, reason: answer.code });
        break;
      }
      answers += encodeAnswer(answer);
    }
    return { answers, lines: read() };
  }

  it("are escaped in every line of the log, and in every answer", async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...NAMES), text), { maxLength: 10 }), async (attributes) => {
        const lines = attributes.map(([name, value]) => `${name}=${value}\n`);
        const { answers, lines: told } = await ask(Buffer.from(`${lines.join("")}\n`, "latin1"));
        for (const { event } of told) seen.add(String(event));
        expect(answers).toMatch(/^(?:action=[\x20-\x7e]+\n\n)*$/);
      }),
      RUNS,
    );
    expect([...seen].sort()).toEqual(["connection-closed", "decision", "unknown-context"]);
  });

  it("stand in the log as they were sent, and in an answer made printable", async () => {
    const login = "ann\x1b[2J\x7f\u2028";
    const request = `protocol_state=RCPT\nsasl_username=${login}\nsender=ann@example.com\x1b\nhelo_name=h\r\n\n`;
    const { answers, lines } = await ask(Buffer.from(request, "utf8"));
    expect(lines).toMatchObject([{ event: "decision", login, helo: "h\r", envelopeFrom: "ann@example.com\x1b" }]);
    expect(answers).toMatch(/^action=5\d\d 5\.\d\.\d [\x20-\x7e]+\n\n$/);
  });
});
