import { SharedBuffers, Turn } from "@fromguard/node";
import { describe, expect, it } from "vitest";
import { MemorySocket, turnEnded } from "../../../../test/support/memory-socket.js";
import { decodeAnswer, FrameReader } from "../../src/index.js";
import { DEFAULT_CONNECTION_LIMITS, serveConnection } from "../../src/server/connection.js";
import { mta } from "../recorded.js";

/** Refuses recipients, and keeps header fields. */
function connected(maxHeldBytes = 1_000_000) {
  const socket = new MemorySocket();
  const events: string[] = [];
  let held = 0;
  const handler = {
    rcpt: () => "reject" as const,
    header: ({ value }: { readonly value: string | Uint8Array }) => {
      held += value.length;
      return "continue" as const;
    },
    get held() {
      return held;
    },
  };
  const finish = serveConnection(socket.socket, {
    handler: () => handler,
    limits: { ...DEFAULT_CONNECTION_LIMITS, maxHeldBytes },
    buffers: new SharedBuffers(maxHeldBytes),
    turn: new Turn(),
    onEvent: ({ kind }) => events.push(kind),
  });
  /** The answers of each write. */
  const said = () =>
    socket.written.map((octets) => {
      const answers: string[] = [];
      new FrameReader().push(Buffer.from(octets, "latin1"), (frame) => {
        const read = decodeAnswer(frame);
        answers.push(read.ok ? read.value.kind : read.fault);
      });
      return answers;
    });
  return { socket, events, finish, said };
}

const START = [mta.offer(), mta.mail("<ann@x.example>"), mta.rcpt("<eve@x.example>")];

describe("what comes in one turn of the event loop", () => {
  it("is answered in its order by one write, whichever chunks it came in", async () => {
    const { socket, said, events } = connected();
    const octets = Buffer.concat([...START, mta.rcpt("<bob@x.example>")]);
    for (const [from, to] of [
      [0, 9],
      [9, 40],
      [40, octets.length],
    ])
      socket.come(octets.subarray(from, to));
    expect(socket.written).toEqual([]);
    await turnEnded();
    expect([said(), events]).toEqual([[["negotiate", "continue", "reject", "reject"]], []]);
  });

  it("is answered where the MTA ends behind it", async () => {
    const { socket, said, events } = connected();
    socket.come(Buffer.concat(START));
    socket.emit("end");
    await turnEnded();
    expect([said(), socket.writableEnded, events]).toEqual([[["negotiate", "continue", "reject"]], true, []]);
  });

  it("is answered where the server is to end before the turn does, and the message goes on", async () => {
    const { socket, said, finish } = connected();
    socket.come(Buffer.concat(START));
    finish();
    await turnEnded();
    expect([said(), socket.writableEnded]).toEqual([[["negotiate", "continue", "reject"]], false]);
  });

  it("is answered up to what there is no room for", async () => {
    const { socket, said, events } = connected(1000);
    socket.come(Buffer.concat([...START, mta.header("X-Long", "v".repeat(2000))]));
    await turnEnded();
    const answers = ["negotiate", "continue", "reject", "continue"];
    expect([said(), socket.destroyed, events]).toEqual([[answers], true, ["buffers-full"]]);
  });

  it("is answered up to what breaks the protocol", async () => {
    const { socket, said, events } = connected();
    socket.come(Buffer.concat([...START, Buffer.from([0, 0, 0, 0])]));
    await turnEnded();
    expect([said(), socket.writableEnded, events]).toEqual([
      [["negotiate", "continue", "reject"]],
      true,
      ["protocol-error"],
    ]);
  });
});
