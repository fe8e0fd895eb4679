import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { optionFault } from "../../src/options.js";
import { readPlan, USAGE } from "../../src/servers/plan.js";

describe("the options of the benchmark of servers", () => {
  test("are nine rounds of everything, unless told", () => {
    expect(readPlan([])).toEqual({
      rounds: 9,
      timeMs: 500,
      connections: [1, 16, 64],
      transports: ["tcp", "unix"],
      protocols: ["policy", "milter", "http"],
      only: "",
      markdown: false,
    });
    expect(readPlan(["--connections", "64", "--protocols", "policy", "--only", "create"])).toMatchObject({
      connections: [64],
      protocols: ["policy"],
      only: "create",
    });
  });

  test("are told where help is asked for, as the README tells them", () => {
    expect(readPlan(["--help"])).toBe("help");
    expect(readFileSync(new URL("../../README.md", import.meta.url), "utf8")).toContain(`\n${USAGE}\n`);
  });

  test.each([
    [["--round", "3"], "Unknown option '--round'"],
    [["--rounds", "0"], "--rounds: a whole number from 1"],
    [["--time-ms", "soon"], "--time-ms: a whole number from 1"],
    [["--connections", "1,"], "--connections: a whole number from 1"],
    [["--transports", "udp"], "--transports: some of tcp,unix"],
    [["--protocols", "policy,smtp"], "--protocols: some of policy,milter,http"],
  ])("%j are refused in one sentence", (args, sentence) => {
    let fault: string | undefined;
    try {
      readPlan(args);
    } catch (error) {
      fault = optionFault(error);
    }
    expect(fault).toBe(sentence);
  });

  test("do not swallow another error", () => {
    expect(optionFault(new Error("no. Really."))).toBeUndefined();
  });
});
