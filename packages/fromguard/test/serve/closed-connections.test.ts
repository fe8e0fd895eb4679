import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createGuard, pass, type Rule, rule } from "@fromguard/core";
import { type ConnectionLimits, createMilterServer, encodeCommand, encodeFrame } from "@fromguard/milter";
import type { Listener } from "@fromguard/node";
import { type CloseReason, createPolicyServer, type PolicyLimits } from "@fromguard/policy";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Line, milterLine, policyLine, refusedLine, writeLine } from "../../src/serve/event-lines.js";
import { folderWith } from "../support/folder.js";
import { logOf } from "../support/log.js";
import { testIo } from "../support/test-io.js";

type Fields = Record<string, unknown>;

/** A log whose lines can be waited for. */
function logged() {
  const lines: Fields[] = [];
  let wake = () => {};
  const io = testIo({
    onOut: (text) => {
      lines.push(JSON.parse(text));
      wake();
    },
  });
  const log = logOf(io);
  return {
    lines,
    tell: (line: Line) => writeLine(log, line),
    line: async (event: string): Promise<Fields> => {
      for (;;) {
        const found = lines.find((line) => line.event === event);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** What is running, and how it is told to end. */
interface Running {
  readonly listener: Listener;
  /** The line of the connection that is closed. */
  readonly told: Promise<Fields>;
  /** A question waits for its answer. */
  readonly asked: Promise<unknown>;
  readonly close: () => unknown;
}

interface Provocation<Limits> {
  readonly limits?: Partial<Limits>;
  /** Over a unix socket, which holds some 200 KB on its way; else over TCP, which holds megabytes. */
  readonly isLocal?: true;
  /** Sent when the connection is there; a function does more than to send. */
  readonly provoke: string | Buffer | ((socket: Socket, running: Running) => unknown);
  /** What the line says beside the listener, the peer and the cause. */
  readonly detail?: Fields;
}

async function dialled(listener: Listener): Promise<Socket> {
  const { address } = listener;
  const socket = address.startsWith("unix:")
    ? connect(address.slice("unix:".length))
    : connect(Number(address.split(":").at(-1)), "127.0.0.1");
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return socket.resume();
}

async function provoked<Limits>({ provoke }: Provocation<Limits>, running: Running): Promise<void> {
  const socket = await dialled(running.listener);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  if (typeof provoke === "function") await provoke(socket, running);
  else socket.write(provoke);
  await closed;
}

const accepted: Rule = rule("accepted", ["envelopeFrom"], () => pass());

/** A rule that never answers, and when it is asked. */
function silent(): { readonly silence: Rule; readonly asked: Promise<unknown> } {
  let ask: (value?: unknown) => void = () => undefined;
  const asked = new Promise((resolve) => {
    ask = resolve;
  });
  const silence = rule("silence", ["envelopeFrom"], () => {
    ask();
    return new Promise<never>(() => {});
  });
  return { silence, asked };
}

const REQUEST = "sender=a@example.com\n\n";
const BLOCKING = 20_000;
const SOON_MS = 30;

/** Takes no answers until the server has given up. */
const unread = (octets: Buffer | string) => async (socket: Socket, running: Running) => {
  socket.pause();
  socket.write(octets);
  await running.told;
  socket.destroy();
};

/** Closes the server when the question waits for its answer. */
const cutAtShutdown = (octets: string | Buffer) => async (socket: Socket, running: Running) => {
  socket.write(octets);
  await running.asked;
  await running.close();
};

const POLICY: Record<CloseReason, Provocation<PolicyLimits>> = {
  "line-malformed": { provoke: "sender\n\n" },
  "nul-octet": { provoke: "sender=\0\n\n" },
  "request-empty": { provoke: "\n" },
  "request-too-large": { limits: { maxRequestBytes: 100 }, provoke: `sender=${"x".repeat(200)}` },
  "too-many-attributes": { limits: { maxAttributes: 2 }, provoke: "a=\nb=\nc=\n\n" },
  "wrong-request": { provoke: "request=junk\n\n" },
  "request-truncated": { provoke: (socket) => socket.end("sender=a") },
  "request-timeout": { limits: { requestTimeoutMs: SOON_MS }, provoke: "sender=a" },
  "answer-timeout": { isLocal: true, limits: { answerTimeoutMs: SOON_MS }, provoke: unread(REQUEST.repeat(BLOCKING)) },
  "idle-timeout": { limits: { idleTimeoutMs: SOON_MS }, provoke: "" },
  "buffers-full": { limits: { maxBufferedBytes: 10 }, provoke: "sender=a@example.com\n" },
  shutdown: { provoke: cutAtShutdown(REQUEST) },
};

const OFFER = encodeCommand({ kind: "negotiate", version: 6, actions: 0x1ff, steps: 0x400 });
const HELO = encodeCommand({ kind: "helo", name: "client.example" });
const MAIL = encodeCommand({ kind: "mail", sender: "<a@example.com>", args: [] });
const FIELD = encodeCommand({ kind: "header", name: "X", value: Buffer.alloc(500, "v") });
const frames = (...all: readonly Buffer[]) => Buffer.concat(all);

const MILTER: readonly (readonly [name: string, cause: string, Provocation<ConnectionLimits>])[] = [
  [
    "what is no milter",
    "protocol-error",
    { provoke: "GET / HTTP/1.1\r\n", detail: { reason: expect.stringContaining("over the ceiling") } },
  ],
  [
    "a broken frame",
    "protocol-error",
    {
      provoke: frames(OFFER, encodeFrame("M", "\x1b[2J")),
      detail: { octets: expect.stringMatching(/^M[\x20-\x7e]+$/) },
    },
  ],
  [
    "an event out of order",
    "protocol-error",
    { provoke: frames(OFFER, FIELD), detail: { reason: "L without a message" } },
  ],
  [
    "the end inside a frame",
    "protocol-error",
    { provoke: (socket) => socket.end(OFFER.subarray(0, 9)), detail: { reason: "the stream ends inside a frame" } },
  ],
  [
    "no negotiation",
    "timeout",
    { limits: { frameTimeoutMs: SOON_MS }, provoke: "", detail: { what: "no negotiation" } },
  ],
  [
    "half a frame",
    "timeout",
    {
      limits: { frameTimeoutMs: 400 },
      provoke: frames(OFFER, HELO.subarray(0, 9)),
      detail: { what: "a frame that does not end" },
    },
  ],
  [
    "a message that does not end",
    "timeout",
    {
      limits: { messageTimeoutMs: 400 },
      provoke: frames(OFFER, MAIL),
      detail: { what: "a message that does not end" },
    },
  ],
  [
    "silence",
    "timeout",
    { limits: { idleTimeoutMs: SOON_MS }, provoke: OFFER, detail: { what: "an idle connection" } },
  ],
  [
    "a client that takes no answers",
    "timeout",
    {
      limits: { frameTimeoutMs: 400 },
      isLocal: true,
      provoke: unread(frames(OFFER, Buffer.alloc(3 * BLOCKING * MAIL.length, MAIL))),
      detail: { what: "an answer that nobody takes" },
    },
  ],
  [
    "more than all may hold",
    "buffers-full",
    { limits: { maxHeldBytes: 400 }, provoke: frames(OFFER, MAIL, FIELD), detail: { held: expect.any(Number) } },
  ],
];

const WAITING: readonly (readonly [name: string, cause: string, Provocation<ConnectionLimits>])[] = [
  [
    "an answer that never comes",
    "timeout",
    {
      limits: { progressIntervalMs: 5, maxProgress: 3 },
      provoke: frames(OFFER, MAIL),
      detail: { what: "an answer that does not come" },
    },
  ],
  ["a message in flight when the grace is over", "shutdown", { provoke: cutAtShutdown(frames(OFFER, MAIL)) }],
];

const PEER = expect.stringMatching(/^(?:127\.0\.0\.1:\d+|local|unix)$/);

async function addressFor({ isLocal }: { readonly isLocal?: true }): Promise<string> {
  return isLocal ? `unix:${join(await folderWith({}), "socket")}` : "127.0.0.1:0";
}

describe("a connection that a policy server closes", () => {
  it.each(Object.entries(POLICY))("stands in the log: %s", async (cause, provocation) => {
    const { tell, line, lines } = logged();
    const { silence, asked } = silent();
    const guard = createGuard({ rules: [cause === "shutdown" ? silence : accepted] });
    const server = createPolicyServer({
      guard,
      limits: provocation.limits ?? {},
      onEvent: (event) => event.kind !== "decided" && tell(policyLine(event)),
    });
    onTestFinished(() => server.close({ graceMs: 0 }));
    const listener = await server.listen(await addressFor(provocation));
    const told = line("connection-closed");
    await provoked(provocation, { listener, told, asked, close: () => server.close({ graceMs: SOON_MS }) });
    expect(await told).toMatchObject({ level: "warn", listener: "policy", peer: PEER, cause });
    expect(lines).toHaveLength(1);
  });
});

describe("a connection that a milter server closes", () => {
  it.each([...MILTER.map((row) => [...row, false] as const), ...WAITING.map((row) => [...row, true] as const)])(
    "stands in the log: %s",
    async (_, cause, provocation, isSilent) => {
      const { tell, line, lines } = logged();
      const { silence, asked } = silent();
      const policy = isSilent ? silence : accepted;
      const headers = rule("headers", ["headers"], () => pass());
      const server = createMilterServer({
        guard: createGuard({ rules: [policy, headers] }),
        limits: provocation.limits ?? {},
        onEvent: (event) => event.kind !== "decision" && tell(milterLine(event)),
      });
      onTestFinished(() => server.close({ graceMs: 0 }));
      const listener = await server.listen(await addressFor(provocation));
      const told = line("connection-closed");
      await provoked(provocation, { listener, told, asked, close: () => server.close({ graceMs: SOON_MS }) });
      const expected = { level: "warn", listener: "milter", peer: PEER, cause, ...provocation.detail };
      expect(await told).toMatchObject(expected);
      expect(lines).toHaveLength(1);
    },
  );
});

describe("a connection that is not served", () => {
  it("over the limit stands in the log of both servers, with the limit", async () => {
    const { tell, lines, line } = logged();
    const guard = createGuard({ rules: [accepted] });
    const policy = createPolicyServer({
      guard,
      limits: { maxConnections: 1 },
      onEvent: (event) => tell(policyLine(event)),
    });
    const milter = createMilterServer({ guard, onEvent: (event) => tell(milterLine(event)) });
    onTestFinished(async () => void (await Promise.all([policy.close({ graceMs: 0 }), milter.close({ graceMs: 0 })])));
    const listeners = [await policy.listen("127.0.0.1:0"), await milter.listen("127.0.0.1:0", { maxConnections: 1 })];
    for (const listener of listeners) {
      await dialled(listener);
      const socket = await dialled(listener);
      await new Promise((resolve) => socket.once("close", resolve));
    }
    await line("connection-refused");
    const refused = { event: "connection-refused", cause: "connection-limit", limit: 1 };
    expect(lines).toMatchObject(["policy", "milter"].map((listener) => ({ listener, ...refused })));
  });

  it("since the system could not hand it over stands there with what the system says", () => {
    const cause = Object.assign(new Error("accept EMFILE"), { code: "EMFILE" });
    const refusal = { kind: "accept-failed", cause } as const;
    const fields = { cause: "accept-failed", error: "accept EMFILE" };
    for (const line of [
      refusedLine("http", refusal),
      policyLine({ kind: "refused", refusal }),
      milterLine({ kind: "refused", refusal }),
    ]) {
      expect(line).toEqual(["warn", "connection-refused", { listener: expect.any(String), ...fields }]);
    }
  });
});
