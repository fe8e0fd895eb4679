import { createGuard } from "@fromguard/core";
import { SharedBuffers, Turn } from "@fromguard/node";
import { describe, expect, it } from "vitest";
import { MemorySocket, turnEnded } from "../../../../test/support/memory-socket.js";
import { DEFAULT_POLICY_LIMITS } from "../../src/limits.js";
import { Connection } from "../../src/server/connection.js";
import { sessionsOf } from "../../src/session/session.js";
import { notEve, request } from "./running.js";

const DUNNO = "action=DUNNO\n\n";
const REFUSED = "action=553 5.7.1 not yours\n\n";

function connected({ maxBufferedBytes = 100_000, maxRequestBytes = DEFAULT_POLICY_LIMITS.maxRequestBytes } = {}) {
  const socket = new MemorySocket();
  const closed: string[] = [];
  const settings = {
    limits: { ...DEFAULT_POLICY_LIMITS, maxRequestBytes },
    buffers: new SharedBuffers(maxBufferedBytes),
    turn: new Turn(),
    beginSession: sessionsOf({ guard: createGuard({ rules: [notEve] }), listenerName: "policy" }),
  };
  const connection = new Connection(socket.socket, settings, { onClosed: (reason) => closed.push(reason) });
  return { socket, connection, closed };
}

describe("what comes in one turn of the event loop", () => {
  it("is answered in its order by one write, whichever chunks it came in", async () => {
    const { socket, closed } = connected();
    const text = request("ann@x") + request("eve@x") + request("bob@x");
    for (const from of [0, 7, 300]) socket.come(text.slice(from, { 0: 7, 7: 300 }[from]));
    expect(socket.written).toEqual([]);
    await turnEnded();
    expect([socket.written, closed]).toEqual([[DUNNO + REFUSED + DUNNO], []]);
  });

  it("is answered where the client ends behind it", async () => {
    const { socket, closed } = connected();
    socket.come(request("eve@x"));
    socket.emit("end");
    await turnEnded();
    expect([socket.written, socket.writableEnded, closed]).toEqual([[REFUSED], true, []]);
  });

  it("is told to be cut where the client ends in it", async () => {
    const { socket, closed } = connected();
    socket.come(request("eve@x") + request("ann@x").slice(0, 20));
    socket.emit("end");
    await turnEnded();
    expect([socket.written, closed]).toEqual([[REFUSED], ["request-truncated"]]);
  });

  it("is answered where the server is to end before the turn does", async () => {
    const { socket, connection, closed } = connected();
    socket.come(request("eve@x"));
    connection.drain();
    await turnEnded();
    expect([socket.written, socket.writableEnded, closed]).toEqual([[REFUSED], true, []]);
  });

  it("is answered up to a fault", async () => {
    const { socket, closed } = connected();
    socket.come(`${request("eve@x")}no line\n\n`);
    await turnEnded();
    expect([socket.written, socket.writableEnded, closed]).toEqual([[REFUSED], true, ["line-malformed"]]);
  });

  it("is answered up to what there is no room for", async () => {
    const { socket, closed } = connected({ maxBufferedBytes: 1000 });
    socket.come(request("eve@x"));
    socket.come(`helo_name=${"x".repeat(2000)}`);
    await turnEnded();
    expect([socket.written, socket.writableEnded, closed]).toEqual([[REFUSED], true, ["buffers-full"]]);
  });

  it("is not read on once it is more than a request may have", async () => {
    const { socket, closed } = connected({ maxRequestBytes: 500 });
    socket.come(request("eve@x"));
    socket.come(`helo_name=${"x".repeat(600)}`);
    expect(socket.isPaused()).toBe(true);
    await turnEnded();
    expect([socket.written, closed]).toEqual([[REFUSED], ["request-too-large"]]);
  });

  it("is not decided once the socket is gone", async () => {
    const { socket, closed } = connected();
    socket.come(request("eve@x"));
    socket.destroy();
    await turnEnded();
    await turnEnded();
    expect([socket.written, closed]).toEqual([[], []]);
  });
});
