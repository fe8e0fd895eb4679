import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Quartiles, quartiles } from "./quartiles.js";

/**
 * Lookups a second of the installed `postmap -q -`, with its start, on the same file and keys; or why there are none.
 */
export function measurePostmap(
  { text, keys }: { readonly text: string; readonly keys: readonly string[] },
  rounds: number,
): Quartiles | { readonly notRun: string } {
  const folder = mkdtempSync(join(tmpdir(), "fromguard-bench-"));
  try {
    writeFileSync(join(folder, "main.cf"), "compatibility_level = 3.6\n");
    writeFileSync(join(folder, "table"), text);
    const rates: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const begun = performance.now();
      const { error, status, stdout } = spawnSync("postmap", ["-c", folder, "-q", "-", `pcre:${folder}/table`], {
        input: keys.map((key) => `${key}\n`).join(""),
        encoding: "utf8",
        maxBuffer: 64 * 1024 * 1024,
      });
      if (error !== undefined) return { notRun: "postmap is not installed" };
      if (status !== 0) return { notRun: "postmap has no pcre tables here" };
      if (stdout.split("\n").length - 1 !== keys.length) throw new Error("postmap has not answered every key");
      rates.push(keys.length / ((performance.now() - begun) / 1000));
    }
    return quartiles(rates);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
