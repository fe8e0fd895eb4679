import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { readPlan } from "../../src/soak/plan.js";

describe("the options of the soak", () => {
  test("are ten minutes of all parts, by as many workers as there are cores", () => {
    expect(readPlan([])).toEqual({
      seconds: 600,
      workers: availableParallelism(),
      clients: 8,
      parts: ["load", "idle", "slow", "flood"],
    });
  });

  test("with --seconds are of the load alone, unless told", () => {
    expect(readPlan(["--seconds", "20"])).toMatchObject({ seconds: 20, parts: ["load"] });
    expect(readPlan(["--seconds", "20", "--parts", "flood,load"])).toMatchObject({ parts: ["flood", "load"] });
  });

  test("may be parts of a minute", () => {
    expect(readPlan(["--minutes", "0.34"]).seconds).toBeCloseTo(20.4);
  });

  test.each([
    [["--minutes", "1", "--seconds", "60"], "--minutes or --seconds, not both"],
    [["--seconds", "7"], "a soak lasts at least 8 seconds"],
    [["--seconds", "x"], "a soak lasts at least 8 seconds"],
    [["--minutes", ""], "a soak lasts at least 8 seconds"],
    [["--workers", "0"], "--workers: a whole number from 1"],
    [["--clients", "1.5"], "--clients: a whole number from 1"],
    [["--parts", "load,all"], "--parts: some of load,idle,slow,flood"],
  ])("%j are refused", (args, sentence) => {
    expect(() => readPlan(args)).toThrow(sentence);
  });
});
