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
    ["records stay for their TTL where it is longer", { ...FOUND, ttlSeconds: 3600 }, 3599, 3600],
    ["records stay for a day at most", { ...FOUND, ttlSeconds: 604_800 }, 86_399, 86_400],
    ["no records stay for negativeSeconds", NONE, 59, 60],
    ["no records stay for their TTL where it is shorter", { ...NONE, ttlSeconds: 5 }, 4, 5],
    ["no records stay for three hours at most", { ...NONE, ttlSeconds: 86_400 }, 10_799, 10_800],
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

  test("what is kept is answered without a promise, and without a look at the signal", async () => {
    const { fill, cache, clock, asked } = scene();
    await fill("example.com", FOUND);
    const unread = {
      get signal(): AbortSignal {
        throw new Error("nobody waits");
      },
    };
    expect(cache.mx("example.com", unread)).toBe(FOUND);
    clock.seconds = 300;
    expect(() => cache.mx("example.com", unread)).toThrow("nobody waits");
    expect(asked).toHaveLength(1);
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

  test("a thousand who ask at the same time share one question", async () => {
    const { ask, asked } = scene();
    const answers = Promise.all(Array.from({ length: 1000 }, () => ask("example.com", new AbortController().signal)));
    expect(asked).toHaveLength(1);
    asked[0]?.answer(FOUND);
    expect(new Set(await answers)).toEqual(new Set([FOUND]));
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

  describe("with staleSeconds", () => {
    const stale = { staleSeconds: 3600 };

    test("a failure gives way to the last answer, which then stands for 30 seconds", async () => {
      const { fill, clock, asked } = scene(stale);
      await fill("example.com", FOUND);
      clock.seconds = 300;
      expect(await fill("example.com", DOWN)).toEqual(FOUND);
      clock.seconds = 329;
      expect(await fill("example.com", NONE)).toEqual(FOUND);
      expect(asked).toHaveLength(2);
      clock.seconds = 330;
      expect(await fill("example.com", NONE)).toEqual(NONE);
    });

    test("an answer that there are no records stands in too", async () => {
      const { fill, clock } = scene(stale);
      await fill("example.com", NONE);
      clock.seconds = 60;
      expect(await fill("example.com", DOWN)).toEqual(NONE);
    });

    test("a new answer is asked for first, and replaces the old one", async () => {
      const { fill, clock } = scene(stale);
      await fill("example.com", FOUND);
      clock.seconds = 300;
      expect(await fill("example.com", { ...NONE, ttlSeconds: 0 })).toEqual({ ...NONE, ttlSeconds: 0 });
      expect(await fill("example.com", DOWN)).toEqual(DOWN);
    });

    test("an answer that is too old is a failure", async () => {
      const { fill, clock } = scene(stale);
      await fill("example.com", FOUND);
      clock.seconds = 3890;
      expect(await fill("example.com", DOWN)).toEqual(FOUND);
      clock.seconds = 3900;
      expect(await fill("example.com", DOWN)).toEqual(DOWN);
    });

    test("a caller who can wait no longer gets it", async () => {
      const { ask, fill, clock, asked } = scene(stale);
      await fill("example.com", FOUND);
      clock.seconds = 300;
      const gone = new AbortController();
      const answer = ask("example.com", gone.signal);
      gone.abort();
      expect(await answer).toEqual(FOUND);
      expect(asked[1]?.signal.aborted).toBe(true);
    });
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
