import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Admissions } from "../../src/workers/admissions.js";
import { ConnectionCounts } from "../../src/workers/connection-counts.js";
import type { ToPrimary } from "../../src/workers/messages.js";

describe("the connections of all workers", () => {
  it("are at most as many as the listener takes, whoever has them", () => {
    const counts = new ConnectionCounts<string>([3, 1]);
    const entered = ["a", "b", "a", "b", "a"].map((worker) => counts.enter(worker, 0));
    expect(entered).toEqual([true, true, true, false, false]);
    expect([counts.enter("b", 1), counts.enter("a", 1)]).toEqual([true, false]);
  });

  it("make room as they go", () => {
    const counts = new ConnectionCounts<string>([2]);
    counts.enter("a", 0);
    counts.enter("b", 0);
    counts.leave("a", 0);
    expect([counts.enter("b", 0), counts.enter("a", 0)]).toEqual([true, false]);
  });

  it("make room when their worker ends, and only once", () => {
    const counts = new ConnectionCounts<string>([3]);
    for (const worker of ["a", "a", "b"]) counts.enter(worker, 0);
    counts.forget("a");
    counts.leave("a", 0);
    counts.forget("a");
    expect(["b", "b", "b"].map((worker) => counts.enter(worker, 0))).toEqual([true, true, false]);
  });

  it("of a listener that is not there are none", () => {
    expect(new ConnectionCounts<string>([1]).enter("a", 7)).toBe(false);
  });
});

describe("a worker's connections", () => {
  const told: ToPrimary[] = [];
  const admissions = () => new Admissions((message) => void told.push(message));

  beforeEach(() => {
    vi.useFakeTimers();
    told.length = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("are asked for each by itself", async () => {
    const all = admissions();
    const entering = [all.of(0).enter(), all.of(2).enter()];
    expect(told).toEqual([
      { kind: "enter", id: 1, listener: 0 },
      { kind: "enter", id: 2, listener: 2 },
    ]);
    all.answered(2, false);
    all.answered(1, true);
    expect(await Promise.all(entering)).toEqual([true, false]);
    all.of(0).leave();
    expect(told.at(-1)).toEqual({ kind: "leave", listener: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are not let in where the primary is silent for 10 seconds, and what it admits later is given back", async () => {
    const all = admissions();
    const entering = all.of(1).enter();
    await vi.advanceTimersByTimeAsync(9_999);
    all.answered(7, true);
    await vi.advanceTimersByTimeAsync(1);
    expect(await entering).toBe(false);
    all.answered(1, true);
    all.answered(1, true);
    expect(told).toEqual([
      { kind: "enter", id: 1, listener: 1 },
      { kind: "leave", listener: 1 },
    ]);
  });
});
