import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type Answer,
  addressFromInternal,
  type CachedOwnershipOptions,
  cachedOwnership,
  type Directory,
  type Ownership,
  type Question,
} from "../../src/index.js";
import { failingOwnership, hangingOwnership } from "../../src/testing/index.js";

const question = (user: string, role: Question["role"] = "author"): Question => ({
  address: addressFromInternal(`${user}@example.com`),
  role,
});
const evidence = () => ({ source: "slow" });
const kinds = (answers: readonly Answer[]) =>
  answers.map((answer) => (answer.kind === "unknown" ? answer.code : answer.kind));

/** A source that answers when it is told to; `ann` owns `a*`, others own `b*`, `c*` is nobody's, `x*` cannot be asked. */
function slowSource() {
  const calls: { login: string; users: string[]; signal: AbortSignal | undefined; answer: () => void }[] = [];
  const source: Ownership = {
    name: "slow",
    ask: (login, questions, options) =>
      new Promise((resolve) => {
        const users = questions.map(({ address }) => address.localPart);
        const answers = users.map((user): Answer => {
          if (user.startsWith("a") && login === "ann") return { kind: "yes", evidence };
          if (user.startsWith("x")) return { kind: "unknown", code: "source-down", cause: "down", evidence };
          return { kind: user.startsWith("c") ? "no-nobody-owns-it" : "no-others-own-it", evidence };
        });
        calls.push({ login, users, signal: options?.signal, answer: () => resolve(answers) });
      }),
  };
  return { source, calls };
}

function cachedSlow(options: CachedOwnershipOptions = {}) {
  let clock = 0;
  const { source, calls } = slowSource();
  const cached = cachedOwnership(source, { now: () => clock, ...options });
  const pass = (ms: number) => {
    clock += ms;
  };
  return { cached, calls, pass };
}

/** Lets what was asked in this tick go to the source. */
const tick = () => Promise.resolve();
const isLate = (answers: unknown): answers is Promise<readonly Answer[]> => answers instanceof Promise;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("cachedOwnership of a slow source", () => {
  it("puts the questions of one tick and login in one call, each once", async () => {
    const { cached, calls } = cachedSlow();
    const asked = [
      cached.ask("ann", [question("a"), question("b"), question("a")]),
      cached.ask("ann", [question("b"), question("c")]),
      cached.ask("bob", [question("a")]),
    ];
    expect(calls).toEqual([]);
    await tick();
    expect(calls.map(({ login, users }) => [login, ...users])).toEqual([
      ["ann", "a", "b", "c"],
      ["bob", "a"],
    ]);
    for (const { answer } of calls) answer();
    expect((await Promise.all(asked)).map(kinds)).toEqual([
      ["yes", "no-others-own-it", "yes"],
      ["no-others-own-it", "no-nobody-owns-it"],
      ["no-others-own-it"],
    ]);
  });

  it("shares a question that is being asked", async () => {
    const { cached, calls } = cachedSlow();
    const first = cached.ask("ann", [question("a")]);
    await tick();
    const second = cached.ask("ann", [question("a"), question("b")]);
    await tick();
    expect(calls.map(({ users }) => users)).toEqual([["a"], ["b"]]);
    for (const { answer } of calls) answer();
    expect(kinds([...(await first), ...(await second)])).toEqual(["yes", "yes", "no-others-own-it"]);
  });

  it.each<[string, string, number, boolean]>([
    ["a yes for its time", "a", 999, true],
    ["a yes no longer", "a", 1000, false],
    ["a no for its time", "b", 99, true],
    ["a no no longer", "b", 100, false],
    ["nobody's address as a no", "c", 100, false],
    ["nothing that could not be asked", "x", 0, false],
  ])("keeps %s", async (_case, user, ms, isKept) => {
    const { cached, calls, pass } = cachedSlow({ ttlMs: 1000, negativeTtlMs: 100 });
    const first = cached.ask("ann", [question(user)]);
    await tick();
    calls[0]?.answer();
    await first;
    pass(ms);
    const second = cached.ask("ann", [question(user)]);
    expect(isLate(second)).toBe(!isKept);
    await tick();
    expect(calls.length).toBe(isKept ? 1 : 2);
    calls[1]?.answer();
    expect(kinds(await second)).toEqual(kinds(await first));
  });

  it("counts the time of an answer from the question", async () => {
    const { cached, calls, pass } = cachedSlow({ ttlMs: 1000 });
    const first = cached.ask("ann", [question("a")]);
    await tick();
    pass(1000);
    calls[0]?.answer();
    await first;
    const second = cached.ask("ann", [question("a")]);
    await tick();
    expect(calls.length).toBe(2);
    calls[1]?.answer();
    await second;
  });

  it("keeps answers of one role and one login apart from those of others", async () => {
    const { cached, calls } = cachedSlow();
    for (const [login, role] of [
      ["ann", "author"],
      ["ann", "envelope"],
      ["bob", "author"],
    ] as const) {
      const asked = cached.ask(login, [question("a", role)]);
      expect(isLate(asked)).toBe(true);
      await tick();
      calls.at(-1)?.answer();
      await asked;
    }
    expect(isLate(cached.ask("ann", [question("a")]))).toBe(false);
  });

  it("forgets the answer longest unused beyond its size", async () => {
    const { cached, calls } = cachedSlow({ maxEntries: 2 });
    const answered = async (user: string) => {
      const before = calls.length;
      const asked = cached.ask("ann", [question(user)]);
      await tick();
      calls.at(-1)?.answer();
      await asked;
      return calls.length > before ? "asked" : "kept";
    };
    const told = [];
    for (const user of ["a", "b", "a", "c", "a", "b"]) told.push(`${user} ${await answered(user)}`);
    expect(told).toEqual(["a asked", "b asked", "a kept", "c asked", "a kept", "b asked"]);
  });

  it("does not keep what takes much room", async () => {
    const { cached, calls } = cachedSlow();
    for (const _each of [1, 2]) {
      const asked = cached.ask("ann", [question("a".repeat(2000))]);
      await tick();
      calls.at(-1)?.answer();
      await asked;
    }
    expect(calls.length).toBe(2);
  });

  it("takes no more questions than it may", async () => {
    const { cached, calls } = cachedSlow({ maxOpen: 1 });
    const asked = cached.ask("ann", [question("a"), question("b")]);
    expect(kinds(await cached.ask("ann", [question("c")]))).toEqual(["source-busy"]);
    await tick();
    calls[0]?.answer();
    expect(kinds(await asked)).toEqual(["yes", "source-busy"]);
    const later = cached.ask("ann", [question("b")]);
    await tick();
    calls[1]?.answer();
    expect(kinds(await later)).toEqual(["no-others-own-it"]);
  });
});

describe("cachedOwnership of a source that fails", () => {
  it.each([
    ["by its answer", failingOwnership({ late: true }), "source-down"],
    ["by rejecting", failingOwnership({ late: true, throws: true }), "source-failed"],
    ["by throwing", failingOwnership({ throws: true }), "source-failed"],
    ["by answering less", { name: "short", ask: () => [] }, "source-failed"],
  ])("%s is unknown, and asked again", async (_case, source, code) => {
    let calls = 0;
    const counted: Ownership = {
      name: source.name,
      ask: (...asked) => {
        calls++;
        return source.ask(...asked);
      },
    };
    const cached = cachedOwnership(counted);
    for (const _each of [1, 2]) expect(kinds(await cached.ask("ann", [question("a")]))).toEqual([code]);
    expect(calls).toBe(2);
  });
});

describe("cachedOwnership of a source that hangs", () => {
  it("is unknown at the deadline, tells the source, and asks again", async () => {
    const { cached, calls } = cachedSlow({ deadlineMs: 50 });
    const first = cached.ask("ann", [question("a")]);
    await vi.advanceTimersByTimeAsync(30);
    const joined = cached.ask("ann", [question("a"), question("b")]);
    await vi.advanceTimersByTimeAsync(20);
    expect(kinds(await first)).toEqual(["source-deadline"]);
    expect(calls.map(({ signal }) => signal?.aborted)).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(30);
    expect(kinds(await joined)).toEqual(["source-deadline", "source-deadline"]);
    const third = cached.ask("ann", [question("a")]);
    await tick();
    // The answer that came too late is not taken for that of the question that is open now.
    calls[0]?.answer();
    await tick();
    calls[2]?.answer();
    expect(kinds(await third)).toEqual(["yes"]);
    expect(calls.length).toBe(3);
  });

  it("lets a caller go at once, and nobody else", async () => {
    const { cached, calls } = cachedSlow();
    const leaver = new AbortController();
    const first = cached.ask("ann", [question("a"), question("b")], { signal: leaver.signal });
    const second = cached.ask("ann", [question("a")], { signal: new AbortController().signal });
    await tick();
    leaver.abort();
    expect(kinds(await first)).toEqual(["aborted", "aborted"]);
    expect(calls[0]?.signal?.aborted).toBe(false);
    calls[0]?.answer();
    expect(kinds(await second)).toEqual(["yes"]);
    expect(isLate(cached.ask("ann", [question("a")]))).toBe(false);
  });

  it("aborts the source when nobody waits", async () => {
    const { cached, calls } = cachedSlow();
    const callers = [new AbortController(), new AbortController()];
    const asked = callers.map(({ signal }) => cached.ask("ann", [question("a")], { signal }));
    await tick();
    callers[0]?.abort();
    expect(calls[0]?.signal?.aborted).toBe(false);
    callers[1]?.abort();
    expect(calls[0]?.signal?.aborted).toBe(true);
    for (const each of asked) expect(kinds(await each)).toEqual(["aborted"]);
    const again = cached.ask("ann", [question("a")]);
    await tick();
    calls[1]?.answer();
    expect(kinds(await again)).toEqual(["yes"]);
  });

  it("does not ask what nobody waits for any more, and asks who comes in the same tick", async () => {
    const { cached, calls } = cachedSlow();
    const leaver = new AbortController();
    const first = cached.ask("ann", [question("a")], { signal: leaver.signal });
    leaver.abort();
    const second = cached.ask("ann", [question("b")]);
    await tick();
    expect(calls.map(({ users, signal }) => [signal?.aborted, ...users])).toEqual([[false, "b"]]);
    calls[0]?.answer();
    expect(kinds([...(await first), ...(await second)])).toEqual(["aborted", "no-others-own-it"]);
  });

  it("tells who aborted before what is kept, and asks nothing", async () => {
    const { cached, calls } = cachedSlow();
    const first = cached.ask("ann", [question("a")]);
    await tick();
    calls[0]?.answer();
    await first;
    const answers = cached.ask("ann", [question("a"), question("b")], { signal: AbortSignal.abort() });
    expect(kinds(await answers)).toEqual(["yes", "aborted"]);
    expect(calls.length).toBe(1);
  });

  it("ends a source that keeps to its signal", async () => {
    const cached = cachedOwnership(hangingOwnership(), { deadlineMs: 10 });
    const asked = cached.ask("ann", [question("a")]);
    await vi.advanceTimersByTimeAsync(10);
    expect(kinds(await asked)).toEqual(["source-deadline"]);
  });
});

describe("cachedOwnership as a directory", () => {
  const address = addressFromInternal("a@example.com");
  const codes = async (listing: ReturnType<Directory["owners"]>) => (await listing).gaps.map(({ code }) => code);

  it("tells a source that cannot be listed", async () => {
    expect(await codes(cachedOwnership(failingOwnership()).owners(address))).toEqual(["not-listable"]);
  });

  it("gives up at the deadline or with its caller", async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const hang = (_what: unknown, options?: { readonly signal?: AbortSignal }) => {
      signals.push(options?.signal);
      return new Promise<never>(() => {});
    };
    const cached = cachedOwnership({ ...failingOwnership(), owners: hang, addresses: hang } as Directory, {
      deadlineMs: 10,
    });
    const late = cached.owners(address);
    await vi.advanceTimersByTimeAsync(10);
    expect(await codes(late)).toEqual(["source-deadline"]);
    const leaver = new AbortController();
    const left = cached.addresses("ann", { signal: leaver.signal });
    leaver.abort();
    expect(await codes(left)).toEqual(["aborted"]);
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);
  });
});
