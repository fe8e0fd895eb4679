import { type Quartiles, quartiles } from "../quartiles.js";
import type { Measured, NotRun } from "./rounds.js";

/** A table in words: the head, and a row for each subject. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const HEAD = [
  "server",
  "decisions/s",
  "of bare",
  "p50 ms",
  "p99 ms",
  "p99.9 ms",
  "CPU us",
  "quartiles",
  "of bare",
  "quartiles",
  "peak RSS MB",
  "of bare",
  "waits",
  "wrong",
];

/** The table of one setting. Ratios are those of a round to the same round of the first subject, the bare server. */
export function tableOf(title: string, results: readonly (Measured | NotRun)[]): Table {
  const bare = results[0];
  if (bare === undefined || "notRun" in bare) throw new Error("the bare server did not run");
  return { title, head: HEAD, rows: results.map((result) => rowOf(result, bare)) };
}

function rowOf(result: Measured | NotRun, bare: Measured): readonly string[] {
  const { name, judgesLogins } = result.subject;
  if ("notRun" in result) return [name, `not run: ${result.notRun}`];
  const { samples } = result;
  const rates = rateOf(samples);
  const cpu = cpuOf(samples);
  const cpuRatio = ratio(cpu, cpuOf(bare.samples));
  const latencies = Float64Array.from(samples.flatMap((sample) => sample.latencies)).sort();
  const total = (count: (sample: (typeof samples)[number]) => number) =>
    samples.reduce((sum, sample) => sum + count(sample), 0);
  const { median } = quartiles(cpu);
  return [
    name,
    Math.round(quartiles(rates).median).toLocaleString("en"),
    times(quartiles(ratio(rates, rateOf(bare.samples))).median),
    ...[0.5, 0.99, 0.999].map((share) => percentile(latencies, share).toFixed(2)),
    median.toFixed(1),
    spread(quartiles(cpu), 1),
    times(quartiles(cpuRatio).median),
    spread(quartiles(cpuRatio), 2),
    Math.round(result.peakMegabytes).toString(),
    times(result.peakMegabytes / bare.peakMegabytes),
    (total(({ waits }) => waits) / total(({ decisions }) => decisions)).toFixed(2),
    judgesLogins ? total(({ wrong }) => wrong).toString() : "judges no login",
  ];
}

function rateOf(samples: Measured["samples"]): readonly number[] {
  return samples.map(({ decisions, seconds }) => decisions / seconds);
}

function cpuOf(samples: Measured["samples"]): readonly number[] {
  return samples.map(({ cpuMicros, decisions }) => cpuMicros / decisions);
}

function ratio(own: readonly number[], bare: readonly number[]): readonly number[] {
  return own.map((value, round) => value / (bare[round] ?? Number.NaN));
}

function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function times(value: number): string {
  return value.toFixed(2);
}

function spread({ low, high }: Quartiles, digits: number): string {
  return `${low.toFixed(digits)} to ${high.toFixed(digits)}`;
}

/** A table for the terminal: columns of equal width. */
export function toText({ title, head, rows }: Table): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) =>
    Math.max(
      ...all.map((row) => (row.length > 2 ? (row[column]?.length ?? 0) : 0)),
      column === 0 ? longestName(all) : 0,
    ),
  );
  const line = (row: readonly string[]) =>
    row.length <= 2
      ? `${row[0]?.padEnd(widths[0] ?? 0)}  ${row[1] ?? ""}`
      : row
          .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
          .join("  ");
  return `${title}\n${all.map(line).join("\n")}\n`;
}

function longestName(rows: readonly (readonly string[])[]): number {
  return Math.max(...rows.map(([name = ""]) => name.length));
}

/** A table in Markdown. */
export function toMarkdown({ title, head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const filled = rows.map((row) => line(head.map((_, column) => row[column] ?? "")));
  return `### ${title}\n\n${line(head)}\n${line(head.map((_, column) => (column === 0 ? "---" : "---:")))}\n${filled.join("\n")}\n`;
}
