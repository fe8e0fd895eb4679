import { readFileSync } from "node:fs";
import { quartiles } from "../quartiles.js";

/**
 * The memory that processes have resident, in MB.
 *
 * @param how `Rss` counts a page that several processes share for each of them, `Pss` once in all
 * @see proc(5), smaps_rollup
 */
export function residentMegabytes(pids: readonly number[], how: "Rss" | "Pss"): number {
  const kilobytes = (pid: number) => {
    try {
      const line = new RegExp(`^${how}:\\s*(\\d+)`, "m").exec(readFileSync(`/proc/${pid}/smaps_rollup`, "latin1"));
      return Number(line?.[1] ?? 0);
    } catch {
      // It ended meanwhile.
      return 0;
    }
  };
  return pids.reduce((sum, pid) => sum + kilobytes(pid), 0) / 1024;
}

/** How memory went. */
export interface MemoryCourse {
  /** Medians of the four quarters of the time, in MB. */
  readonly quarters: readonly number[];
  readonly mostMegabytes: number;
  /** Growth from the third quarter to the last, as a share of the third. */
  readonly growth: number;
}

/** Reads samples that were taken at equal distances; at least four. */
export function courseOf(samples: readonly number[]): MemoryCourse {
  const quarters = [0, 1, 2, 3].map((quarter) => {
    const part = samples.slice((quarter * samples.length) / 4, ((quarter + 1) * samples.length) / 4);
    return quartiles(part).median;
  });
  const [, , third = Number.NaN, fourth = Number.NaN] = quarters;
  return { quarters, mostMegabytes: Math.max(...samples), growth: fourth / third - 1 };
}
