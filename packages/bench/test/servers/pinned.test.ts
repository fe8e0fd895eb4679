import { describe, expect, it } from "vitest";
import { type CpuReading, microsBetween } from "../../src/servers/pinned.js";

const reading = (threads: Readonly<Record<string, number>>, ticks: number): CpuReading => ({
  threads: new Map(Object.entries(threads)),
  ticks,
  processes: 1,
});

describe("CPU between two readings", () => {
  it.each([
    ["of threads that live, to the nanosecond", { a: 1e6, b: 5e6 }, { a: 3e6, b: 5.5e6 }, 1, 2500],
    ["of a thread that is new", { a: 1e6 }, { a: 1e6, b: 7e6 }, 1, 7000],
    ["within the rounding of a tick, by threads", { a: 0 }, { a: 1e6 }, 1, 1000],
    ["of threads that ended, by ticks", { a: 0, b: 9e6 }, { a: 1e6 }, 5, 50_000],
  ])("%s", (_, before, after, ticks, micros) => {
    expect(microsBetween(reading(before, 10), reading(after, 10 + ticks))).toBe(micros);
  });
});
