import { describe, expect, test } from "vitest";
import { Client, gate, notEve, request, start, unixAddress } from "./running.js";

const EVE = "553 5.7.1 not yours";

describe("the limits of a policy server", () => {
  test("a client that takes no answers is closed at its deadline", async () => {
    const { listener, event } = await start(
      notEve,
      { limits: { answerTimeoutMs: 50, idleTimeoutMs: 60_000 } },
      await unixAddress(),
    );
    const client = new Client(listener.address);
    client.socket.pause();
    client.socket.write(request("eve@x").repeat(20_000));
    expect(await event("closed")).toMatchObject({ reason: "answer-timeout" });
    client.socket.resume();
    await client.ended;
    expect(new Set(client.actions)).toEqual(new Set([EVE]));
    expect(client.actions.length).toBeLessThan(20_000);
  });

  test("what all connections hold is limited: who brings more is closed, whole requests are still answered", async () => {
    const { server, listener, events, event } = await start(notEve, { limits: { maxBufferedBytes: 10_000 } });
    const second = await server.listen("127.0.0.1:0");
    const half = `helo_name=${"x".repeat(3_900)}`;
    const holders = [listener, second, listener].map(({ address }) => new Client(address));
    for (const holder of holders) holder.socket.write(half);
    expect(await event("closed")).toMatchObject({ reason: "buffers-full" });
    const honest = new Client(listener.address);
    expect(await honest.ask("ann@example.com")).toBe("DUNNO");
    // Room comes back with the end of who held it.
    for (const holder of holders) {
      holder.socket.end();
      await holder.ended;
    }
    const later = new Client(second.address);
    later.socket.write(`${half}\n`);
    expect(await later.ask("eve@x")).toBe(EVE);
    const reasons = events.flatMap((one) => (one.kind === "closed" ? [one.reason] : []));
    expect(reasons).toEqual(["buffers-full", "request-truncated", "request-truncated"]);
  });

  test("a flood of connections is refused at the limit, and room is given back", async () => {
    const [limit, flood] = [20, 200];
    const { listener, events } = await start(notEve, { limits: { maxConnections: limit } });
    const held = Array.from({ length: limit }, () => new Client(listener.address));
    const askAll = async () => {
      const actions = [];
      for (const client of held) actions.push(await client.ask("eve@x"));
      return actions;
    };
    expect(await askAll()).toEqual(Array(limit).fill(EVE));
    const late = Array.from({ length: flood }, () => new Client(listener.address));
    await Promise.all(late.map((client) => client.ended));
    expect([listener.connections, listener.refused]).toEqual([limit, flood]);
    expect(events.filter(({ kind }) => kind === "refused")).toHaveLength(flood);
    expect(await askAll()).toEqual(Array(limit).fill(EVE));
    for (const client of held.splice(0)) {
      client.socket.end();
      await client.ended;
    }
    held.push(...Array.from({ length: limit }, () => new Client(listener.address)));
    expect(await askAll()).toEqual(Array(limit).fill(EVE));
    expect(listener.refused).toBe(flood);
  });
});

describe("closing a policy server", () => {
  test("answers the requests that have come, and none of a client that goes on asking", async () => {
    const { gated, reached, open } = gate();
    const { server, listener } = await start(gated);
    const client = new Client(listener.address);
    client.socket.write(request("a@x") + request("b@x"));
    await reached("a@x");
    const closed = server.close();
    client.socket.write(request("c@x"));
    open("a@x");
    await reached("b@x");
    open("b@x");
    expect(await client.take(2)).toEqual(["DUNNO", "DUNNO"]);
    client.socket.write(request("d@x"));
    open("c@x");
    await Promise.all([closed, client.ended]);
    expect(client.actions.length).toBeLessThanOrEqual(1);
  });

  test("lets a request that has begun come to its end, and answers it", async () => {
    const { server, listener } = await start();
    const client = new Client(listener.address);
    const [head, tail] = [request("eve@x").slice(0, -1), "\n"];
    client.socket.write(request("ann@x") + head);
    expect(await client.take(1)).toEqual(["DUNNO"]);
    const closed = server.close();
    client.socket.write(tail);
    await Promise.all([closed, client.ended]);
    expect(client.actions).toEqual([EVE]);
  });
});
