import { createGuard, failWith, type Guard, rule } from "@fromguard/core";
import { createPolicyServer } from "@fromguard/policy";
import { describe, expect, test } from "vitest";
import { Client, gate, NO, notEve, request, start, UNAVAILABLE, unixAddress } from "./running.js";

describe.each([
  ["TCP", async () => "127.0.0.1:0"],
  ["a unix socket", unixAddress],
])("a policy server on %s", (_, address) => {
  test("answers many requests on one connection", async () => {
    const { listener } = await start(notEve, {}, await address());
    const client = new Client(listener.address);
    for (let round = 0; round < 50; round++) {
      expect(await client.ask("ann@example.com")).toBe("DUNNO");
      expect(await client.ask("eve@example.com")).toBe("553 5.7.1 not yours");
    }
    expect(listener.connections).toBe(1);
  });

  test("answers pipelined requests in order", async () => {
    const { listener } = await start(notEve, {}, await address());
    const client = new Client(listener.address);
    client.socket.write(
      Array.from({ length: 300 }, (_, n) => request(n % 3 === 0 ? "eve@x.test" : "ann@x.test")).join(""),
    );
    expect(await client.take(300)).toEqual(
      Array.from({ length: 300 }, (_, n) => (n % 3 === 0 ? "553 5.7.1 not yours" : "DUNNO")),
    );
  });

  test("answers a client that has closed its side", async () => {
    const { listener } = await start(notEve, {}, await address());
    const client = new Client(listener.address);
    client.socket.end(request("ann@example.com") + request("eve@example.com"));
    await client.ended;
    expect(client.actions).toEqual(["DUNNO", "553 5.7.1 not yours"]);
  });
});

describe("a policy server", () => {
  test("answers a request that comes octet by octet", async () => {
    const { listener } = await start();
    const client = new Client(listener.address);
    for (const char of request("eve@example.com")) client.socket.write(char);
    expect(await client.take(1)).toEqual(["553 5.7.1 not yours"]);
  });

  test("answers in order while decisions are awaited, one at a time", async () => {
    const { gated, asked, reached, open } = gate();
    const { listener } = await start(gated);
    const client = new Client(listener.address);
    client.socket.write(request("a@x") + request("b@x"));
    client.socket.write(request("c@x"));
    for (const [index, sender] of ["a@x", "b@x", "c@x"].entries()) {
      await reached(sender);
      expect([asked.length, client.actions.length]).toEqual([index + 1, 0]);
      open(sender);
      expect(await client.take(1)).toEqual(["DUNNO"]);
    }
  });

  test("holds no more than its limit while a decision is awaited, and loses nothing", async () => {
    const { gated, reached, open } = gate();
    const { listener } = await start(gated, { limits: { maxRequestBytes: 8192 } });
    const client = new Client(listener.address);
    client.socket.write(request("first@x"));
    await reached("first@x");
    const flood = 400;
    for (let n = 0; n < flood; n++) client.socket.write(request(`${n}@x`, "p".repeat(4000)));
    open("first@x");
    for (let n = 0; n < flood; n++) {
      await reached(`${n}@x`);
      open(`${n}@x`);
    }
    expect(await client.take(flood + 1)).toEqual(Array(flood + 1).fill("DUNNO"));
  });

  test("stops reading from a client that does not read, and answers all when it does", async () => {
    // A unix socket holds some 200 KB on its way; the answers are ten times that.
    const { listener, events } = await start(notEve, {}, await unixAddress());
    const client = new Client(listener.address);
    client.socket.pause();
    const total = 60_000;
    client.socket.end("sender=eve@x\n\n".repeat(total));
    for (let before = -1, still = 0; still < 20; still = events.length === before ? still + 1 : 0) {
      before = events.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(events.length).toBeLessThan(total);
    client.socket.resume();
    await client.ended;
    expect(client.actions).toHaveLength(total);
    expect(new Set(client.actions)).toEqual(new Set(["553 5.7.1 not yours"]));
  });

  test.each([
    ["a line that is none", "sender\n\n", "line-malformed"],
    ["another kind of request", "request=junk\n\n", "wrong-request"],
    ["a request over the limit", `sender=${"x".repeat(70_000)}`, "request-too-large"],
    ["too many attributes", "a=\n".repeat(201), "too-many-attributes"],
  ])("closes on %s, behind the answers it owes, and tells why", async (_, bad, reason) => {
    const { listener, event } = await start();
    const client = new Client(listener.address);
    client.socket.write(request("eve@example.com") + bad + request("ann@example.com"));
    await client.ended;
    expect(client.actions).toEqual(["553 5.7.1 not yours"]);
    expect(await event("closed")).toMatchObject({ reason });
    expect(await new Client(listener.address).ask("ann@example.com")).toBe("DUNNO");
  });

  test("a client that ends inside a request gets no answer to it", async () => {
    const { listener, event } = await start();
    const client = new Client(listener.address);
    client.socket.end(`${request("eve@example.com")}sender=ann@exam`);
    await client.ended;
    expect(client.actions).toEqual(["553 5.7.1 not yours"]);
    expect(await event("closed")).toMatchObject({ reason: "request-truncated" });
  });

  test.each([
    [
      "a request that does not end",
      { requestTimeoutMs: 20 },
      `${request("ann@x")}sender=ann`,
      ["DUNNO"],
      "request-timeout",
    ],
    ["a connection without requests", { idleTimeoutMs: 20 }, "", [], "idle-timeout"],
  ])("closes %s at its deadline", async (_, limits, text, actions, reason) => {
    const { listener, event } = await start(notEve, { limits });
    const client = new Client(listener.address);
    client.socket.write(text);
    await client.ended;
    expect(client.actions).toEqual(actions);
    expect(await event("closed")).toMatchObject({ reason });
  });

  test("an engine error defers that request, and the connection stays", async () => {
    const real = createGuard({ rules: [notEve] });
    let calls = 0;
    const faulty = {
      ...real,
      decide: (...args: Parameters<Guard["decide"]>) => {
        if (++calls === 1) throw new Error("engine");
        return real.decide(...args);
      },
    };
    const { listener, event } = await start({ ...real, within: () => faulty });
    const client = new Client(listener.address);
    expect(await client.ask("ann@example.com")).toBe(UNAVAILABLE);
    expect(await client.ask("ann@example.com")).toBe("DUNNO");
    expect(await event("engine-error")).toMatchObject({ cause: new Error("engine") });
  });

  test("closing answers what is in flight, ends idle connections and accepts no more", async () => {
    const { gated, reached, open } = gate();
    const { server, listener } = await start(gated);
    const [busy, idle] = [new Client(listener.address), new Client(listener.address)];
    idle.socket.write(request("idle@x"));
    await reached("idle@x");
    open("idle@x");
    expect(await idle.take(1)).toEqual(["DUNNO"]);
    busy.socket.write(request("busy@x"));
    await reached("busy@x");
    const closed = server.close();
    await idle.ended;
    open("busy@x");
    expect(await busy.take(1)).toEqual(["DUNNO"]);
    await Promise.all([closed, busy.ended]);
    const late = new Client(listener.address);
    await late.ended;
    expect(late.actions).toEqual([]);
  });

  test("a client that vanishes aborts its decision", async () => {
    const { gated, asked, reached } = gate();
    const { listener } = await start(gated);
    const client = new Client(listener.address);
    client.socket.write(request("ann@x"));
    await reached("ann@x");
    const aborted = new Promise((resolve) => asked[0]?.addEventListener("abort", resolve, { once: true }));
    client.socket.resetAndDestroy();
    await aborted;
  });

  test("over its limit of connections one is refused and counted", async () => {
    const { listener, event } = await start(notEve, { limits: { maxConnections: 1 } });
    const first = new Client(listener.address);
    expect(await first.ask("ann@example.com")).toBe("DUNNO");
    await new Client(listener.address).ended;
    expect(await event("refused")).toMatchObject({ refusal: { kind: "connection-limit", limit: 1 } });
    expect(await first.ask("ann@example.com")).toBe("DUNNO");
  });

  test("a used port is one sentence", async () => {
    const { server, listener } = await start();
    await expect(server.listen(listener.address)).rejects.toMatchObject({
      code: "FG_LISTEN_FAILED",
      message: `cannot listen on ${listener.address}: it is in use`,
    });
  });

  test("a policy with header rules is refused unless they run elsewhere", async () => {
    const header = rule("on-header", ["login", "headers"], () => failWith("no", NO));
    const guard = createGuard({ rules: [notEve, header] });
    expect(() => createPolicyServer({ guard })).toThrow(
      expect.objectContaining({
        code: "FG_POLICY_INVALID",
        message: expect.stringMatching(
          /^the policy listener never has the facts of a rule of this policy \(on-header needs headers\)/,
        ),
      }),
    );
    const { listener } = await start(guard, { partial: true });
    expect(await new Client(listener.address).ask("ann@example.com")).toBe("DUNNO");
    expect(() => createPolicyServer({ guard: createGuard({ rules: [header] }), partial: true })).toThrow(
      expect.objectContaining({ code: "FG_POLICY_INVALID" }),
    );
  });

  test("what is decided is told, with the peer and the listener's name", async () => {
    const { listener, event } = await start(notEve, { name: "submission" });
    await new Client(listener.address).ask("eve@example.com");
    expect(await event("decided")).toMatchObject({
      peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      decision: { action: "reject", code: "no" },
      facts: { login: "ann", listener: "submission" },
    });
  });
});
