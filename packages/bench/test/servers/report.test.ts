import { expect, it } from "vitest";
import { tableOf, toMarkdown, toText } from "../../src/servers/report.js";
import type { Sample, Subject } from "../../src/servers/subject.js";

const subject = (name: string, judgesLogins: boolean): Subject => ({
  name,
  protocol: "policy",
  transports: ["tcp"],
  judgesLogins,
  missing: () => undefined,
  start: () => Promise.reject(new Error("not started here")),
});

const sample = (cpuMicros: number, wrong = 0): Sample => ({
  decisions: 100,
  wrong,
  waits: 150,
  seconds: 0.5,
  latencies: Array.from({ length: 100 }, (_, index) => index),
  cpuMicros,
});

const results = [
  { subject: subject("bare", false), samples: [sample(1000), sample(2000), sample(3000)], peakMegabytes: 50 },
  { subject: subject("ours", true), samples: [sample(1500, 1), sample(4000), sample(3000)], peakMegabytes: 75 },
  { subject: subject("gone", true), notRun: "it is not installed" },
];

it("ratios are those of the same round, and their median is told", () => {
  const { head, rows } = tableOf("policy", results);
  const cell = (row: number, column: string, from = 0) => rows[row]?.[head.indexOf(column, from)];
  const afterCpu = head.indexOf("CPU us");
  expect(cell(0, "CPU us")).toBe("20.0");
  expect(cell(1, "CPU us")).toBe("30.0");
  expect(cell(1, "of bare", afterCpu)).toBe("1.50");
  expect(cell(1, "decisions/s")).toBe("200");
  expect(cell(1, "p99 ms")).toBe("99.00");
  expect(cell(1, "waits")).toBe("1.50");
  expect(cell(1, "wrong")).toBe("1");
  expect(cell(0, "wrong")).toBe("judges no login");
});

it("what did not run says why, in both forms", () => {
  const table = tableOf("policy", results);
  expect(toText(table)).toMatch(/^gone +not run: it is not installed$/m);
  const markdown = toMarkdown(table).split("\n");
  expect(markdown[0]).toBe("### policy");
  expect(new Set(markdown.slice(2, 7).map((line) => line.split("|").length)).size).toBe(1);
});
