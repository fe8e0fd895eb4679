import { describe, expect, it } from "vitest";
import { callerAt, MAX_CALLERS, rateLimiter } from "../../src/limits/rate-limit.js";
import { bearer, get, HONEST, handlerOf, JSON_TYPE, post, token } from "../support/handlers.js";

describe("the rate", () => {
  it("lets a burst through, then what fills again", () => {
    let nowMs = 0;
    const take = rateLimiter({ perSecond: 2, burst: 3 }, () => nowMs);
    expect([take("a"), take("a"), take("a"), take("a")]).toEqual([undefined, undefined, undefined, 1]);
    nowMs = 499;
    expect(take("a")).toBe(1);
    nowMs = 500;
    expect([take("a"), take("a")]).toEqual([undefined, 1]);
    nowMs = 3_600_000;
    expect([take("a"), take("a"), take("a"), take("a")]).toEqual([undefined, undefined, undefined, 1]);
  });

  it("of a clock that goes back does not fill", () => {
    let nowMs = 10_000;
    const take = rateLimiter({ perSecond: 1 }, () => nowMs);
    expect(take("a")).toBeUndefined();
    nowMs = 0;
    expect(take("a")).toBe(1);
  });

  it("tells when to come again", () => {
    const take = rateLimiter({ perSecond: 0.1, burst: 1 }, () => 0);
    expect([take("a"), take("a")]).toEqual([undefined, 10]);
  });

  it("remembers so many callers and no more: who asked longest ago is forgotten", () => {
    const take = rateLimiter({ perSecond: 1 }, () => 0);
    for (let caller = 0; caller < MAX_CALLERS; caller++) take(String(caller));
    expect([take("0"), take("1")]).toEqual([1, 1]);
    take("new");
    expect([take("0"), take("1"), take("2")]).toEqual([1, 1, undefined]);
  });

  it.each([
    ["192.0.2.1", "192.0.2.2", false],
    ["192.0.2.1", "::ffff:192.0.2.1", true],
    ["2001:db8::1", "2001:db8::ffff:0:0:1", true],
    ["2001:db8::1", "2001:db8:0:1::1", false],
    ["not an address", undefined, false],
  ])("counts %s and %s as one: %s", (one, other, isOne) => {
    expect(callerAt(one) === callerAt(other)).toBe(isOne);
  });

  it.each([
    [{ perSecond: 0 }, "rate.perSecond"],
    [{ perSecond: Number.NaN }, "rate.perSecond"],
    [{ perSecond: 1, burst: 0 }, "rate.burst"],
  ])("is refused where it is none: %o", (rate, key) => {
    expect(() => handlerOf({ rate })).toThrow(key);
  });
});

describe("over the rate", () => {
  const check = (headers: Readonly<Record<string, string>> = {}) =>
    post("/v1/check", JSON.stringify(HONEST), { ...JSON_TYPE, ...headers });
  const rate = { perSecond: 1, burst: 1 };

  it("a client is answered 429 with when to come again, and others are not held up", async () => {
    let address = "192.0.2.1";
    const handler = handlerOf({ rate, now: () => 0, clientAddress: () => address });
    expect((await handler(check())).status).toBe(200);
    const refused = await handler(check());
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect((await handler(get("/healthz"))).status).toBe(200);
    address = "192.0.2.2";
    expect((await handler(check())).status).toBe(200);
  });

  it("a token is counted wherever it comes from, and guesses at tokens are too", async () => {
    const tokens = [token("mta", "check")];
    const handler = handlerOf({ rate, now: () => 0, tokens: () => tokens });
    const statuses = [];
    for (const name of ["guess", "guess", "mta", "mta"]) statuses.push((await handler(check(bearer(name)))).status);
    expect(statuses).toEqual([401, 429, 200, 429]);
  });

  it("a line of a batch is answered with an error", async () => {
    const handler = handlerOf({ rate: { perSecond: 1, burst: 2 }, now: () => 0 });
    const lines = `${JSON.stringify(HONEST)}\n`.repeat(4);
    const answer = await handler(post("/v1/check/batch", lines, { "content-type": "application/x-ndjson" }));
    const answers = (await answer.text())
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers.map(({ action, error }) => action ?? error.status)).toEqual(["accept", "accept", 429, 429]);
  });
});
