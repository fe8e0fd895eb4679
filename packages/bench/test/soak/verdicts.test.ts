import { describe, expect, test } from "vitest";
import { ANSWER_MS, type Soaked, type SoakPlan } from "../../src/soak/full-load.js";
import { courseOf } from "../../src/soak/memory.js";
import { loadVerdicts, logLine } from "../../src/soak/verdicts.js";

const PLAN = { seconds: 120, workers: 2, clients: 8 };

const GOOD: Soaked = {
  decisions: 100_000,
  wrong: 0,
  closed: 0,
  refused: 0,
  killed: 190,
  longestMs: 80,
  unanswered: 0,
  reloads: 3,
  memory: courseOf([100, 120, 121, 122]),
  events: new Map([["map-reloaded", 6]]),
  exitCode: 0,
};

const notHeld = (of: Partial<Soaked>, plan: Partial<SoakPlan> = {}) =>
  loadVerdicts({ ...GOOD, ...of }, { ...PLAN, ...plan })
    .filter(({ isHeld }) => !isHeld)
    .map(({ name }) => name);

describe("the verdict on a soak", () => {
  test("is that all held where all did", () => {
    expect(notHeld({})).toEqual([]);
  });

  test.each<[string, Partial<Soaked>]>([
    ["answers", { wrong: 1 }],
    ["answers", { decisions: 0 }],
    ["connections", { unanswered: 1 }],
    ["connections", { closed: 1 }],
    ["connections", { refused: 1 }],
    ["connections", { longestMs: ANSWER_MS }],
    ["reloads", { events: new Map([["map-reloaded", 5]]) }],
    ["reloads", { events: new Map([["map-reloaded", 7]]) }],
    ["reloads", { events: new Map() }],
    ["reloads", { events: new Map([...GOOD.events, ["map-kept", 1]]) }],
    ["reloads", { events: new Map([...GOOD.events, ["worker-ended", 1]]) }],
    ["memory", { memory: courseOf([100, 100, 100, 105.1]) }],
    ["memory", { memory: courseOf([]) }],
    ["end", { exitCode: 1 }],
    ["end", { exitCode: null }],
  ])("is that %s did not hold: %o", (name, of) => {
    expect(notHeld(of)).toEqual([name]);
  });

  test("judges no growth of memory in less than two minutes, but asks for its course, and for all else", () => {
    const growing = courseOf([100, 100, 100, 120]);
    expect(notHeld({ memory: growing }, { seconds: 119 })).toEqual([]);
    expect(notHeld({ memory: growing }, { seconds: 120 })).toEqual(["memory"]);
    expect(notHeld({ memory: courseOf([]) }, { seconds: 119 })).toEqual(["memory"]);
    expect(notHeld({ memory: growing, wrong: 1, unanswered: 1 }, { seconds: 20 })).toEqual(["answers", "connections"]);
    const [told] = loadVerdicts({ ...GOOD, memory: growing }, { ...PLAN, seconds: 20 }).filter(
      ({ name }) => name === "memory",
    );
    expect(told?.text).toMatch(/; 20\.0 % from the third to the last, not judged in less than 120 s$/);
  });

  test("tells the figures", () => {
    expect(loadVerdicts(GOOD, PLAN).map(({ text }) => text)).toEqual([
      "100,000 decisions, 833 a second, by 2 workers: 0 wrong",
      "190 clients killed, 0 questions of others without an answer, 0 connections closed, 0 refused; the longest wait 80 ms",
      "3 times SIGHUP, 6 readings by workers, 0 workers ended",
      "100, 120, 121, 122 MB in the quarters of the time, most 122 MB; 0.8 % from the third to the last",
      "exit code 0",
    ]);
    expect(logLine({ events: new Map([["map-reloaded", 6000]]) })).toBe("map-reloaded 6,000");
  });
});

describe("the course of memory", () => {
  test("has the medians of the quarters: one sample that stands out changes none", () => {
    const course = courseOf([1, 2, 9, 10, 10, 99, 20, 20, 20, 30, 33, 31]);
    expect(course).toEqual({ quarters: [2, 10, 20, 31], mostMegabytes: 99, growth: 31 / 20 - 1 });
  });

  test("takes each sample once where their number is no multiple of four", () => {
    expect(courseOf([1, 2, 3, 4, 5]).quarters).toEqual([1, 2, 3, 4.5]);
    expect(courseOf([1, 2, 3, 4, 5, 6, 7]).quarters).toEqual([1, 2.5, 4.5, 6.5]);
  });

  test("falls below nothing where memory shrinks", () => {
    expect(courseOf([50, 50, 50, 40]).growth).toBeCloseTo(-0.2);
  });
});
