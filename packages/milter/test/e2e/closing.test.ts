import { mkdtemp, rm } from "node:fs/promises";
import { Server } from "node:net";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  type ConnectionLimits,
  createMilterServer,
  DEFAULT_CONNECTION_LIMITS,
  type HandlerFactory,
  type MilterEvent,
} from "../../src/index.js";
import { mta } from "../recorded.js";
import { connectMta } from "./client.js";

const MAIL = mta.mail("<a@b.example>");
const { messageTimeoutMs } = DEFAULT_CONNECTION_LIMITS;
const PEER = expect.stringMatching(/^(?:127\.0\.0\.1:\d+|unix)$/);

async function served(
  handler: HandlerFactory,
  {
    limits = {},
    address = "127.0.0.1:0",
  }: { readonly limits?: Partial<ConnectionLimits>; readonly address?: string } = {},
) {
  const events: MilterEvent[] = [];
  let wake = () => {};
  const server = createMilterServer({
    handler,
    limits,
    onEvent: (event) => {
      events.push(event);
      wake();
    },
  });
  onTestFinished(() => {
    vi.useRealTimers();
    return server.close({ graceMs: 0 });
  });
  const listener = await server.listen(address);
  const told = async () => {
    while (events.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return events;
  };
  return { events, told, connect: () => connectMta(listener.address) };
}

/** The clock of deadlines; sockets go on as ever. */
function stoppedClock() {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
}

const HALF = messageTimeoutMs / 2;

describe("a message", () => {
  test("is given up when it has taken twelve hours in all, however its octets trickle", async () => {
    stoppedClock();
    const { events, connect } = await served(() => ({}));
    const client = await connect();
    client.send(mta.offer(), MAIL);
    expect(await client.until(2)).toEqual(["negotiate", "continue"]);
    vi.advanceTimersByTime(HALF);
    client.send(mta.header("X", "1"));
    expect(await client.until(3)).toHaveLength(3);
    vi.advanceTimersByTime(HALF - 1);
    client.send(mta.header("X", "2"));
    expect(await client.until(4)).toHaveLength(4);
    expect(events).toEqual([]);
    vi.advanceTimersByTime(1);
    await client.closed();
    expect(events).toEqual([{ kind: "timeout", what: "a message that does not end", peer: PEER }]);
  });

  test.each([
    ["answered at its end, at once", () => ({}), mta.eom()],
    ["answered at its end, later", () => ({ eom: () => Promise.resolve("continue" as const) }), mta.eom()],
    [
      "refused before, and followed by another without an abort",
      () => ({ rcpt: () => "continue" as const, data: () => "reject" as const }),
      mta.data(),
    ],
  ])("that is %s has its time for itself, the next one its own, and none behind an abort", async (_, handler, end) => {
    stoppedClock();
    const { events, connect } = await served(handler);
    const client = await connect();
    client.send(mta.offer());
    await client.until(1);
    for (let message = 0; message < 3; message++) {
      client.send(MAIL);
      await client.until(2 + 2 * message);
      vi.advanceTimersByTime(HALF + 1);
      client.send(end);
      await client.until(3 + 2 * message);
    }
    client.send(mta.abort(), mta.helo());
    await client.until(8);
    vi.advanceTimersByTime(2 * messageTimeoutMs);
    client.send(MAIL);
    await client.until(9);
    expect(events).toEqual([]);
    expect(client.answers).toHaveLength(9);
  });
});

describe("a connection is closed and told of", () => {
  test("whose handler throws at the negotiation; others are served", async () => {
    const broken = [true, false];
    const { events, connect } = await served(() => ({
      negotiate: (offer) => {
        if (broken.shift() === true) throw new Error("no such\r\nthing");
        return offer;
      },
    }));
    const first = await connect();
    first.send(mta.offer());
    await first.closed();
    expect(first.answers).toEqual([]);
    expect(events).toEqual([{ kind: "handler-error", command: "O", cause: "no such??thing", peer: PEER }]);
    const second = await connect();
    second.send(mta.offer());
    expect(await second.until(1)).toEqual(["negotiate"]);
  });

  test("for which no handler can be made; others are served", async () => {
    const broken = [true, false];
    const { events, connect } = await served(() => {
      if (broken.shift() === true) throw new Error("no handler");
      return {};
    });
    await (await connect()).closed();
    expect(events).toEqual([{ kind: "handler-error", command: "", cause: "no handler", peer: PEER }]);
    const second = await connect();
    second.send(mta.offer());
    expect(await second.until(1)).toEqual(["negotiate"]);
  });

  test("whose client does not read what was answered before its QUIT", async () => {
    const folder = await mkdtemp(join(tmpdir(), "fromguard-milter-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { events, told, connect } = await served(() => ({}), {
      limits: { frameTimeoutMs: 300 },
      // Holds some 200 KB on its way.
      address: `unix:${join(folder, "s")}`,
    });
    const client = await connect();
    client.socket.pause();
    client.send(mta.offer(), Buffer.alloc(60_000 * MAIL.length, MAIL), mta.quit());
    await told();
    expect(events).toEqual([{ kind: "timeout", what: "an answer that nobody takes", peer: PEER }]);
    client.socket.destroy();
  });

  test("that the system cannot hand over; others are served", async () => {
    const listening = vi.spyOn(Server.prototype, "listen");
    onTestFinished(() => void listening.mockRestore());
    const { events, connect } = await served(() => ({}));
    const [server] = listening.mock.contexts as readonly { readonly _handle: Accepting }[];
    server?._handle.onconnection(-constants.errno.EMFILE);
    expect(events).toEqual([
      { kind: "refused", refusal: { kind: "accept-failed", cause: expect.objectContaining({ code: "EMFILE" }) } },
    ]);
    const client = await connect();
    client.send(mta.offer());
    expect(await client.until(1)).toEqual(["negotiate"]);
  });
});

/** What Node calls where accept(2) returns: with a number below 0 where it failed. */
interface Accepting {
  onconnection(status: number): void;
}
