import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { YOUNG_AS_IT_IS } from "../../src/serve/lean-heap.js";

/** Octets of the young generation behind flags that were set at run time and a million objects that live. */
function youngBy(...flags: readonly string[]): number {
  const program = `
    const { getHeapSpaceStatistics, setFlagsFromString } = require("node:v8");
    for (const flag of ${JSON.stringify(flags)}) setFlagsFromString(flag);
    const alive = [];
    for (let made = 0; made < 1e6; made++) alive.push({ made });
    console.log(getHeapSpaceStatistics().find((space) => space.space_name === "new_space").space_size, alive.length);`;
  return Number.parseInt(execFileSync(process.execPath, ["-e", program], { encoding: "utf8" }), 10);
}

describe("the flag of a lean heap", () => {
  it("holds the young generation, which grows without it", () => {
    expect(youngBy()).toBeGreaterThan(4 * youngBy(YOUNG_AS_IT_IS));
  });
});
