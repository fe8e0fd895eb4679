import type { LoadedTable } from "@fromguard/core";
import { Bench } from "tinybench";
import { type Quartiles, quartiles } from "./quartiles.js";
import type { Subject } from "./subjects.js";

/** The quartiles of {@link measureRounds}. */
export async function measureRates(
  subjects: readonly Subject[],
  options: { readonly rounds: number; readonly timeMs: number },
): Promise<ReadonlyMap<string, Quartiles>> {
  const rates = await measureRounds(subjects, options);
  return new Map([...rates].map(([name, each]) => [name, quartiles(each)]));
}

/**
 * Measures subjects in rounds, each subject once a round, so that what else the machine does falls on all alike: lookups a
 * second, by subject, a number for each round.
 */
export async function measureRounds(
  subjects: readonly Subject[],
  options: { readonly rounds: number; readonly timeMs: number },
): Promise<ReadonlyMap<string, readonly number[]>> {
  const rates = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const { name, lookups, run } of subjects) {
      const bench = new Bench({ time: options.timeMs, warmup: round === 0, iterations: 3 });
      await bench.add(name, run).run();
      const result = bench.tasks[0]?.result;
      if (result === undefined || !("latency" in result)) throw new Error(`${name}: not measured`);
      rates.get(name)?.push(lookups / (result.latency.p50 / 1000));
    }
  }
  return rates;
}

/** Makes a table some times: milliseconds, and octets of the heap for each line once it was asked every key. */
export function measureLoading(
  make: (text: string, options: { readonly file: string }) => LoadedTable,
  { text, keys }: { readonly text: string; readonly keys: readonly string[] },
  rounds: number,
): { readonly firstMs: number; readonly loadMs: Quartiles; readonly octetsPerLine: Quartiles } {
  const lines = text.split("\n").length - 1;
  const times: number[] = [];
  const sizes: number[] = [];
  // A function of its own, so that the table of the last round is gone.
  const load = (): void => {
    const before = usedHeap();
    const begun = performance.now();
    const { table } = make(text, { file: "bench" });
    times.push(performance.now() - begun);
    for (const key of keys) void table.lookup(key);
    sizes.push((usedHeap() - before) / lines);
    void table.lookup("");
  };
  for (let round = 0; round < rounds; round += 1) load();
  return { firstMs: times[0] ?? Number.NaN, loadMs: quartiles(times), octetsPerLine: quartiles(sizes) };
}

function usedHeap(): number {
  if (globalThis.gc === undefined) throw new Error("run with node --expose-gc");
  for (let i = 0; i < 3; i += 1) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
