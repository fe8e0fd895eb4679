import { describe, expect, test } from "vitest";
import { every } from "../../src/soak/every.js";

/** Runs for so many milliseconds of a clock that only pauses move. */
async function ticks(everyMs: number, endMs: number, actMs = 0) {
  const end = new AbortController();
  let now = 0;
  const pass = (ms: number) => {
    now = Math.min(endMs, now + ms);
    if (now === endMs) end.abort();
  };
  const times: number[] = [];
  const act = async () => {
    times.push(now);
    pass(actMs);
  };
  await every(everyMs, end.signal, act, async (ms) => pass(ms));
  return times;
}

describe("what is done every so often", () => {
  test.each([
    ["is done after each distance, not at the start and not at the end", [5, 20, 0], [5, 10, 15]],
    ["is done once more where the end is later", [5, 21, 0], [5, 10, 15, 20]],
    ["is not done where the end comes first", [5, 4, 0], []],
    ["is never done twice at a time: the distance begins behind it", [5, 30, 3], [5, 13, 21, 29]],
  ] as const)("%s", async (_, [everyMs, endMs, actMs], times) => {
    expect(await ticks(everyMs, endMs, actMs)).toEqual(times);
  });

  test("ends at once where the end has been", async () => {
    let acted = 0;
    await every(1, AbortSignal.abort(), async () => void acted++);
    expect(acted).toBe(0);
  });

  test("breaks off a real pause at the end", async () => {
    const end = new AbortController();
    const done = every(2 ** 30, end.signal, () => Promise.reject(new Error("it acted")));
    end.abort();
    await expect(done).resolves.toBeUndefined();
  });

  test("lets what fails be seen", async () => {
    const failing = every(
      1,
      new AbortController().signal,
      () => Promise.reject(new Error("no")),
      async () => undefined,
    );
    await expect(failing).rejects.toThrow("no");
  });
});
