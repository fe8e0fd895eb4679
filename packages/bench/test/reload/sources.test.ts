import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addressFromInternal, loginMap } from "@fromguard/core";
import { fileGrants, readTable } from "@fromguard/node";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verdictsOf } from "../../src/reload/main.js";
import { readPlan } from "../../src/reload/plan.js";
import type { Round } from "../../src/reload/rounds.js";
import { SOURCES } from "../../src/reload/sources.js";

const LINES = 600;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fg-reload-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Who owns what by a file of the benchmark. */
async function owned(name: string, version: number) {
  const source = SOURCES.find((each) => each.name === name);
  const file = join(folder, source?.file ?? "");
  await writeFile(file, source?.text(LINES, version) ?? "");
  if (name === "grants") return (await fileGrants(file, { checkMs: 0 })).graph;
  return loginMap({ tables: [(await readTable(`texthash:${file}`)).table], recipientDelimiter: "+" });
}

describe("the files of the benchmark", () => {
  test.each(SOURCES.map(({ name }) => name))("%s: so many lines, in which each user owns his address", async (name) => {
    const source = SOURCES.find((each) => each.name === name);
    expect(source?.text(LINES, 1).trimEnd().split("\n")).toHaveLength(LINES);
    expect(source?.text(LINES, 2)).not.toBe(source?.text(LINES, 1));
    const ownership = await owned(name, 1);
    const ask = async (address: string) =>
      (await ownership.ask("user7", [{ address: addressFromInternal(address), role: "envelope" }]))[0]?.kind;
    expect(await ask("user7+lists@example.com")).toBe("yes");
    expect(await ask("user8@example.com")).toBe("no-others-own-it");
  });
});

describe("what is told of the rounds", () => {
  const stretch = { worstMs: 9, heldMs: 4, decisions: 10, wrong: 0 };
  const round = (startMs: number, worstMs: number, wrong = 0): Round => ({
    startMs,
    startCpuMs: 800,
    calm: stretch,
    reload: { ...stretch, worstMs, wrong, ms: 3000, cpuMs: 700 },
  });
  const held = (rounds: readonly Round[]) => verdictsOf(rounds).map(({ isHeld }) => isHeld);

  test("holds the median of the starts and the worst of all decisions to the promise", () => {
    expect(held([round(1900, 20), round(2500, 49), round(1000, 3)])).toEqual([true, true]);
    expect(held([round(2000, 20), round(2500, 50), round(1000, 3)])).toEqual([false, false]);
  });

  test("does not hold with a wrong answer", () => {
    expect(held([round(100, 20, 1)])).toEqual([true, false]);
  });
});

describe("the options", () => {
  test("are files of 100,000 lines in three rounds", () => {
    expect(readPlan([])).toEqual({ lines: 100_000, rounds: 3, connections: 16, sources: ["texthash", "grants"] });
    expect(readPlan(["--lines", "1", "--sources", "grants"])).toMatchObject({ lines: 500, sources: ["grants"] });
  });
  test("are told what is wrong", () => {
    expect(() => readPlan(["--sources", "sql"])).toThrow("--sources: some of texthash,grants");
  });
});
