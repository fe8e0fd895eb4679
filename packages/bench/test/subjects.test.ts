import { expect, it, vi } from "vitest";
import { measureRates } from "../src/measure.js";
import { measurePostmap } from "../src/postmap.js";
import { quartiles } from "../src/quartiles.js";
import { domainTable, subjects } from "../src/subjects.js";

it("quartiles lie between neighbours", () => {
  expect(quartiles([4, 1, 3, 2])).toEqual({ low: 1.75, median: 2.5, high: 3.25 });
  expect(quartiles([7])).toEqual({ low: 7, median: 7, high: 7 });
});

it("every subject has an answer for each of its keys", () => {
  for (const subject of subjects()) expect(subject.run).not.toThrow();
});

it("a rate is measured", async () => {
  const run = vi.fn();
  const counted = { name: "counted", lookups: 10, run };
  const rates = await measureRates([counted], { rounds: 2, timeMs: 1 });
  expect(rates.get("counted")?.median).toBeGreaterThan(0);
  expect(run.mock.calls.length).toBeGreaterThan(2);
});

it("postmap answers the same keys, or is said not to run", () => {
  const rate = measurePostmap(domainTable(10), 1);
  expect("notRun" in rate ? rate.notRun : rate.median).toBeTruthy();
});
