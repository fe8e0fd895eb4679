import { cachedResolver, type DnsAnswer, type MxRecord, type Resolver } from "@fromguard/core";
import { describe, expect, test } from "vitest";

const FOUND: DnsAnswer<MxRecord> = { kind: "records", records: [{ preference: 10, exchange: "mx.example.com" }] };
const NONE: DnsAnswer<MxRecord> = { kind: "none" };
const DOWN: DnsAnswer<MxRecord> = { kind: "failed", cause: "SERVFAIL" };

/** A resolver that answers MX questions when told, and a clock that moves when told. */
function scene(options: Parameters<typeof cachedResolver>[1] = {}) {
  const asked: {
    name: string;
    signal: AbortSignal;
    answer: (answer: DnsAnswer<MxRecord>) => void;
    fail: () => void;
  }[] = [];
  const clock = { seconds: 0 };
  const resolver: Resolver = {
    mx: (name, { signal }) =>
      new Promise((answer, reject) => asked.push({ name, signal, answer, fail: () => reject(new Error("broken")) })),
    a: async () => ({ kind: "records", records: ["192.0.2.1"] }),
    aaaa: async () => ({ kind: "none" }),
  };
  const cache = cachedResolver(resolver, { now: () => clock.seconds * 1000, ...options });
  const never = new AbortController().signal;
  const ask = (name: string, signal = never) => cache.mx(name, { signal });
  const fill = async (name: string, answer: DnsAnswer<MxRecord>) => {
    const before = asked.length;
    const given = ask(name);
    if (asked.length > before) asked.at(-1)?.answer(answer);
    return given;
  };
  return { asked, clock, cache, ask, fill, never };
}

describe("a cached resolver", () => {
  test.each([
    ["records without a TTL stay for positiveSeconds", FOUND, 299, 300],
    ["records stay for their TTL where it is shorter", { ...FOUND, ttlSeconds: 20 }, 19, 20],
    ["records stay for positiveSeconds where the TTL is longer", { ...FOUND, ttlSeconds: 86_400 }, 299, 300],
    ["no records stay for negativeSeconds", NONE, 59, 60],
    ["no records stay for their TTL where it is shorter", { ...NONE, ttlSeconds: 5 }, 4, 5],
  ] as const)("%s", async (_, answer, still, gone) => {
    const { fill, clock, asked } = scene();
    expect(await fill("example.com", answer)).toEqual(answer);
    clock.seconds = still;
    expect(await fill("example.com", DOWN)).toEqual(answer);
    expect(asked).toHaveLength(1);
    clock.seconds = gone;
    expect(await fill("example.com", NONE)).toEqual(NONE);
    expect(asked).toHaveLength(2);
  });

  test.each([
    ["a failure", DOWN],
    ["an answer with TTL 0", { ...FOUND, ttlSeconds: 0 }],
  ] as const)("%s is not kept", async (_, answer) => {
    const { fill, asked } = scene();
    await fill("example.com", answer);
    await fill("example.com", answer);
    expect(asked).toHaveLength(2);
  });

  test("over maxEntries the name longest unused is forgotten", async () => {
    const { fill, asked } = scene({ maxEntries: 2 });
    for (const name of ["a.test", "b.test", "a.test", "c.test", "a.test", "b.test"]) await fill(name, FOUND);
    expect(asked.map(({ name }) => name)).toEqual(["a.test", "b.test", "c.test", "b.test"]);
  });

  test("who asks at the same time shares one question", async () => {
    const { ask, asked } = scene();
    const answers = Promise.all([ask("example.com"), ask("example.com"), ask("example.org")]);
    expect(asked.map(({ name }) => name)).toEqual(["example.com", "example.org"]);
    for (const question of asked) question.answer(FOUND);
    expect(await answers).toEqual([FOUND, FOUND, FOUND]);
  });

  test("one caller's abort does not cancel the others", async () => {
    const { ask, asked } = scene();
    const gone = new AbortController();
    const [first, second] = [ask("example.com", gone.signal), ask("example.com")];
    gone.abort();
    expect(await first).toEqual({ kind: "failed", cause: "aborted" });
    expect(asked[0]?.signal.aborted).toBe(false);
    asked[0]?.answer(FOUND);
    expect(await second).toEqual(FOUND);
  });

  test("the last caller's abort cancels the question, and the next asks anew", async () => {
    const { ask, fill, asked } = scene();
    const gone = new AbortController();
    const first = ask("example.com", gone.signal);
    gone.abort();
    await first;
    expect(asked[0]?.signal.aborted).toBe(true);
    const second = fill("example.com", FOUND);
    asked[0]?.answer(NONE);
    expect(await second).toEqual(FOUND);
    expect(await ask("example.com")).toEqual(FOUND);
  });

  test("a caller that has gone already asks nothing", async () => {
    const { ask, asked } = scene();
    expect(await ask("example.com", AbortSignal.abort())).toEqual({ kind: "failed", cause: "aborted" });
    expect(asked).toHaveLength(0);
  });

  test("record types are kept apart", async () => {
    const { cache, fill, never } = scene();
    await fill("example.com", FOUND);
    expect(await cache.a("example.com", { signal: never })).toEqual({ kind: "records", records: ["192.0.2.1"] });
    expect(await cache.aaaa("example.com", { signal: never })).toEqual({ kind: "none" });
  });

  test("a resolver that rejects is a failure with its cause", async () => {
    const { ask, asked } = scene();
    const answer = ask("example.com");
    asked[0]?.fail();
    expect(await answer).toEqual({ kind: "failed", cause: "broken" });
  });
});
