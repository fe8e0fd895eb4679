import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { policies } from "./decisions.js";
import { headerCosts, headerSubjects } from "./headers.js";
import { measureLoading, measureRates, measureRounds } from "./measure.js";
import { HOST, measureGraph, ownershipSubjects, unrelatedCosts } from "./ownership.js";
import { measurePostmap } from "./postmap.js";
import { type Quartiles, quartiles } from "./quartiles.js";
import { domainTable, MAKERS, subjects } from "./subjects.js";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "9" }, "time-ms": { type: "string", default: "150" } },
});
const rounds = Number(values.rounds);

const count = (value: number): string => Math.round(value).toLocaleString("en");
const spread = ({ low, median, high }: Quartiles): string =>
  `${count(median).padStart(12)}  ${`${count(low)} to ${count(high)}`.padStart(26)}`;
const row = (name: string, rest: string): void => console.log(`${name.padEnd(44)}${rest}`);

const [cpu] = cpus();
console.log(`${cpus().length} cores, ${cpu?.model.trim() ?? "unknown"}, node ${process.version}, ${rounds} rounds\n`);

// Loading comes first: nothing is warm, as when a daemon starts.
const tables = [1000, 10_000].map((lines) => ({ lines, table: domainTable(lines) }));
const loading = Object.entries(MAKERS).flatMap(([type, make]) =>
  [...tables]
    .reverse()
    .map(({ lines, table }) => ({ name: `${type}, ${lines} lines`, ...measureLoading(make, table, rounds) })),
);

const rates = await measureRates(subjects(), { rounds, timeMs: Number(values["time-ms"]) });
const baseline = [...rates.values()][0]?.median ?? Number.NaN;
row("lookups a second", `${"median".padStart(12)}  ${"quartiles".padStart(26)}  of RegExp`);
for (const [name, rate] of rates) row(name, `${spread(rate)}  ${(rate.median / baseline).toFixed(2).padStart(9)}`);
for (const { lines, table } of tables) {
  const real = measurePostmap(table, Math.min(rounds, 3));
  const name = `postmap -q -, table of ${lines} domains`;
  row(
    name,
    "notRun" in real
      ? `not run: ${real.notRun}`
      : `${spread(real)}  ${(real.median / baseline).toFixed(4).padStart(9)}`,
  );
}

const decided = [...(await measureRounds(await policies(), { rounds, timeMs: Number(values["time-ms"]) }))];
const composed = decided[0]?.[1] ?? [];
console.log("");
row("decisions a second", `${"median".padStart(12)}  ${"quartiles".padStart(26)}  time of the composed rules`);
for (const [name, each] of decided) {
  const { low, median, high } = quartiles(each.map((rate, round) => (composed[round] ?? Number.NaN) / rate));
  row(name, `${spread(quartiles(each))}  ${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`);
}

const parsed = [...(await measureRounds(headerSubjects(), { rounds, timeMs: Number(values["time-ms"]) }))];
const own = parsed[0]?.[1] ?? [];
console.log("");
row("headers of 2 kB a second", `${"median".padStart(12)}  ${"quartiles".padStart(26)}  time of ours`);
for (const [name, each] of parsed) {
  const { median } = quartiles(each.map((rate, round) => (own[round] ?? Number.NaN) / rate));
  row(name, `${spread(quartiles(each))}  ${median.toFixed(2)}`);
}

const sizes = [1_000, 10_000, 100_000, 1_000_000];
console.log("");
row("ns an octet of a header section of", sizes.map((size) => count(size).padStart(12)).join(""));
for (const { form, perOctet } of headerCosts(sizes, rounds)) {
  row(form, perOctet.map(({ nanoseconds }) => nanoseconds.toFixed(1).padStart(12)).join(""));
}

console.log("");
const host = `${count(HOST.addresses)} addresses, ${count(HOST.logins)} logins, ${count(HOST.groups)} groups`;
row("answers of ownership a second", `${"median".padStart(12)}  ${"quartiles".padStart(26)}  ${host}`);
const answers = await measureRates(ownershipSubjects(), { rounds, timeMs: Number(values["time-ms"]) });
for (const [name, rate] of answers) row(name, spread(rate));
const graph = measureGraph(HOST, rounds);
row("making the graph, ms", spread(graph.loadMs));
row("octets of heap an address", count(graph.octetsPerAddress).padStart(12));
row("and of the statements it is made of", count(graph.statementOctets).padStart(12));
row("ns an answer beside unrelated grants", `${"median".padStart(12)}  ${"quartiles".padStart(26)}`);
for (const { unrelated, nanoseconds } of unrelatedCosts(sizes, rounds)) row(count(unrelated), spread(nanoseconds));

console.log("");
row("loading", `${"median".padStart(12)}  ${"quartiles".padStart(26)}`);
for (const { name, firstMs, loadMs, octetsPerLine } of loading) {
  row(`${name}, ms`, `${spread(loadMs)}  first ${count(firstMs)}`);
  row(`${name}, octets of heap a line`, spread(octetsPerLine));
}
