import { mkdtempSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGuard, fail, pass, rule } from "@fromguard/core";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import {
  createMilterServer,
  encodeFrame,
  type MilterEvent,
  type MilterOutcome,
  type MilterServer,
  STEPS,
} from "../../src/index.js";
import { mta } from "../recorded.js";
import { connectMta } from "./client.js";

const envelope = rule("envelope", ["login", "envelopeFrom"], ({ login, envelopeFrom }) =>
  envelopeFrom.kind === "mailbox" && envelopeFrom.mailbox.localPart !== login ? fail("envelope-not-owned") : pass(),
);
const guard = createGuard({ rules: [envelope] });

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function serving(server: MilterServer): MilterServer {
  cleanups.push(() => server.close({ graceMs: 0 }));
  return server;
}

function socketPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "fromguard-milter-"));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  return `unix:${join(folder, "milter.sock")}`;
}

/** What every TCP socket of the process has beneath it. */
function handlePrototypeOf(socket: Socket): { setNoDelay(on: boolean): unknown } {
  return Object.getPrototypeOf((socket as unknown as { readonly _handle: object })._handle);
}

const START = [mta.offer(), mta.connect(), mta.helo()];
const message = (login: string) => [mta.macros("M", { "{auth_authen}": login }), mta.mail("<ann@corp.example>")];

describe("a milter server", () => {
  test.each([
    ["TCP", () => "127.0.0.1:0"],
    ["a unix socket", socketPath],
  ])("answers several messages over %s", async (_, address) => {
    const listener = await serving(createMilterServer({ guard })).listen(address());
    const client = await connectMta(listener.address);
    client.send(...START, ...message("ann"));
    expect(await client.until(2)).toEqual(["negotiate", "continue"]);
    client.send(mta.eom());
    expect((await client.until(3)).slice(2)).toEqual(["continue"]);
    client.send(mta.abort(), ...message("eve"));
    expect((await client.until(4)).slice(3)).toEqual([expect.stringMatching(/^553 5\.7\.1 /)]);
    client.send(mta.abort(), mta.abort(), mta.quit());
    await client.closed();
    expect(client.answers).toHaveLength(4);
  });

  test("closes on what is no milter, says why, and serves others", async () => {
    const events: MilterEvent[] = [];
    const server = serving(createMilterServer({ guard, onEvent: (event) => events.push(event) }));
    const listener = await server.listen("127.0.0.1:0");
    const neighbour = await connectMta(listener.address);
    neighbour.send(...START);
    await neighbour.until(1);
    const stranger = await connectMta(listener.address);
    stranger.send(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
    await stranger.closed();
    expect(events).toMatchObject([{ kind: "protocol-error" }]);
    neighbour.send(...message("ann"));
    expect(await neighbour.until(2)).toEqual(["negotiate", "continue"]);
  });

  test("a client that does not read its answers is not read from, and then gets all", async () => {
    const listener = await serving(createMilterServer({ handler: () => ({}) })).listen("127.0.0.1:0");
    const client = await connectMta(listener.address);
    client.socket.pause();
    const count = 20_000;
    client.send(mta.offer(), ...Array(count).fill(mta.mail("<a@b.example>")));
    await new Promise((resolve) => setImmediate(resolve));
    client.socket.resume();
    const answers = await client.until(count + 1);
    expect(answers).toHaveLength(count + 1);
    expect(new Set(answers.slice(1))).toEqual(new Set(["continue"]));
  });

  test("what all connections hold is limited: who brings more is closed and told of, the others go on", async () => {
    const HELD = 4000;
    const events: MilterEvent[] = [];
    const headers = createGuard({ rules: [rule("header", ["headers"], () => pass())] });
    const server = createMilterServer({
      guard: headers,
      limits: { maxHeldBytes: 2.5 * HELD },
      onEvent: (event) => events.push(event),
    });
    const listener = await serving(server).listen("127.0.0.1:0");
    const field = mta.header("X-Long", "v".repeat(HELD));
    const begin = async () => {
      const client = await connectMta(listener.address);
      client.send(...START, mta.mail("<ann@corp.example>"), field);
      return client;
    };
    const first = await begin();
    await first.until(1);
    const second = await begin();
    await second.until(1);
    const third = await begin();
    await third.closed();
    expect(events).toEqual([{ kind: "buffers-full", held: expect.any(Number), peer: expect.any(String) }]);

    first.send(mta.eoh(), mta.eom());
    expect(await first.until(2)).toEqual(["negotiate", "continue"]);
    const fourth = await begin();
    await fourth.until(1);
    for (const client of [second, fourth]) client.send(mta.eoh(), mta.eom());
    for (const client of [second, fourth]) expect(await client.until(2)).toEqual(["negotiate", "continue"]);
    expect(events.map(({ kind }) => kind)).toEqual(["buffers-full", "decision", "decision", "decision"]);
  });

  test("a rule that needs what no milter sees is refused at start, unless the policy is partial", () => {
    const stranger = rule("stranger", ["authorisation"], () => pass());
    const both = createGuard({ rules: [envelope, stranger] });
    expect(() => createMilterServer({ guard: both })).toThrow(expect.objectContaining({ code: "FG_POLICY_INVALID" }));
    expect(() => createMilterServer({ guard: both, name: "submission" })).toThrow(
      /^the milter listener submission never/,
    );
    expect(() => createMilterServer({ guard: both, partial: true })).not.toThrow();
  });

  test.each([
    ["a connection without negotiation", "no negotiation", 30, []],
    [
      "a frame that does not end",
      "a frame that does not end",
      400,
      [mta.offer(), mta.helo(), mta.helo().subarray(0, 9)],
    ],
  ])("%s is given up", async (_, what, frameTimeoutMs, frames) => {
    const events: MilterEvent[] = [];
    const server = createMilterServer({ guard, limits: { frameTimeoutMs }, onEvent: (event) => events.push(event) });
    const client = await connectMta((await serving(server).listen("127.0.0.1:0")).address);
    client.send(...frames);
    await client.closed();
    expect(events).toEqual([{ kind: "timeout", what, peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) }]);
  });

  test("an answer that takes long is announced, one that is not due is not", async () => {
    let release = () => {};
    const held = new Promise<"continue">((resolve) => {
      release = () => resolve("continue");
    });
    const handler = () => ({
      negotiate: () => ({ actions: 0, steps: STEPS.noReplyConnect | STEPS.noReplyEndOfHeader }),
      connect: () => held,
      eoh: () => new Promise<never>(() => {}),
    });
    const server = serving(createMilterServer({ handler, limits: { progressIntervalMs: 20 } }));
    const client = await connectMta((await server.listen("127.0.0.1:0")).address);
    client.send(mta.offer(), mta.connect());
    expect(await client.until(1)).toEqual(["negotiate"]);
    release();
    client.send(mta.mail("<a@b.example>"), mta.eoh());
    await client.until(2);
    client.send(mta.eom());
    expect((await client.until(5)).slice(0, 5)).toEqual(["negotiate", "continue", "progress", "progress", "progress"]);
  });

  test("an answer that never comes is announced as often as the limit, and then the connection is given up", async () => {
    const events: MilterEvent[] = [];
    const answers = ["continue" as const, new Promise<never>(() => {})];
    const server = createMilterServer({
      handler: () => ({ helo: () => answers.shift() ?? "continue" }),
      limits: { progressIntervalMs: 5, maxProgress: 3 },
      onEvent: (event) => events.push(event),
    });
    const client = await connectMta((await serving(server).listen("127.0.0.1:0")).address);
    client.send(mta.offer(), mta.helo(), mta.helo());
    await client.closed();
    expect(client.answers).toEqual(["negotiate", "continue", ...Array(3).fill("progress")]);
    expect(events).toEqual([{ kind: "timeout", what: "an answer that does not come", peer: expect.any(String) }]);
  });

  test.each([
    ["at once", (outcome: MilterOutcome) => outcome],
    ["later", (outcome: MilterOutcome) => Promise.resolve(outcome)],
  ])("an answer and its edits leave in one write, on a socket without delay: %s", async (_, answered) => {
    const edits = [1, 2, 3].map((number) => ({ kind: "add-header", name: `X-${number}`, value: "v" }) as const);
    const server = createMilterServer({ handler: () => ({ eom: () => answered({ verdict: "continue", edits }) }) });
    const listener = await serving(server).listen("127.0.0.1:0");
    const writes = vi.spyOn(Socket.prototype, "write");
    const first = await connectMta(listener.address);
    const noDelay = vi.spyOn(handlePrototypeOf(first.socket), "setNoDelay");
    onTestFinished(() => void vi.restoreAllMocks());
    const client = await connectMta(listener.address);
    client.send(mta.offer(), mta.mail("<a@b.example>"));
    await client.until(2);
    expect(noDelay).toHaveBeenCalledWith(true);
    writes.mockClear();
    client.socket.write(mta.eom());
    expect((await client.until(6)).slice(2)).toEqual(["add-header", "add-header", "add-header", "continue"]);
    const ours = writes.mock.contexts.filter((socket) => socket !== client.socket);
    expect(ours).toHaveLength(1);
  });

  test("an idle connection is given up only at its own limit", async () => {
    const server = createMilterServer({ guard, limits: { idleTimeoutMs: 30 } });
    const client = await connectMta((await serving(server).listen("127.0.0.1:0")).address);
    client.send(...START);
    await client.closed();
    expect(client.answers).toEqual(["negotiate"]);
  });

  test("close lets the message in flight end, and ends the others at once", async () => {
    let release = () => {};
    const held = new Promise<"continue">((resolve) => {
      release = () => resolve("continue");
    });
    const server = serving(createMilterServer({ handler: () => ({ eom: () => held }) }));
    const listener = await server.listen("127.0.0.1:0");
    const [busy, idle] = [await connectMta(listener.address), await connectMta(listener.address)];
    idle.send(mta.offer());
    busy.send(mta.offer(), mta.mail("<a@b.example>"), mta.eom());
    await Promise.all([idle.until(1), busy.until(2)]);
    const closing = server.close();
    await idle.closed();
    release();
    await Promise.all([closing, busy.closed()]);
    expect(busy.answers).toEqual(["negotiate", "continue", "continue"]);
  });

  test("a handler that keeps an event waiting does not let octets pile up", async () => {
    const pending = new Promise<never>(() => {});
    const server = createMilterServer({ handler: () => ({ helo: () => pending }), limits: { maxBacklog: 1024 } });
    const client = await connectMta((await serving(server).listen("127.0.0.1:0")).address);
    client.send(mta.offer(), mta.helo());
    await client.until(1);
    const flood = encodeFrame("B", Buffer.alloc(0xffff));
    let isPiling = true;
    for (let sent = 0; sent < 2000 && isPiling; sent++) {
      client.send(flood);
      if (client.socket.writableLength > 0x100000) isPiling = false;
    }
    expect(isPiling).toBe(false);
    client.socket.destroy();
  });
});
