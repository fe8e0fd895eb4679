#!/usr/bin/env node
import { parseArgs } from "node:util";
import { fuzzMilter } from "./milter/run.js";
import { fuzzPolicy } from "./policy/run.js";
import type { WireTally, WireTask } from "./tally.js";

/** The protocols, by name. */
const PROTOCOLS: Readonly<Record<string, (task: WireTask) => Promise<WireTally>>> = {
  milter: fuzzMilter,
  policy: fuzzPolicy,
};

const { values } = parseArgs({
  options: {
    frames: { type: "string", default: "1000000" },
    seed: { type: "string", default: process.env.SEED ?? String(Date.now() % 0x7fffffff) },
    protocol: { type: "string", multiple: true, default: Object.keys(PROTOCOLS) },
  },
});
const [frames, seed] = [Number(values.frames), Number(values.seed)];
const protocols = values.protocol.map((name) => [name, PROTOCOLS[name]] as const);
if (!(frames > 0) || !Number.isSafeInteger(seed) || protocols.some(([, run]) => run === undefined)) {
  console.error(`usage: fuzz:wire [--frames N] [--seed N] [--protocol ${Object.keys(PROTOCOLS).join("|")}]...`);
  process.exit(64);
}

console.log(`seed ${seed}, ${frames} frames of each protocol`);
let isSound = true;
for (const [name, run] of protocols) {
  if (run === undefined) continue;
  const begun = process.cpuUsage();
  const { frames: taken, connections, counts, failures } = await run({ frames, seed });
  const { user, system } = process.cpuUsage(begun);
  for (const [what, count] of [...counts].sort(([one], [other]) => (one < other ? -1 : 1))) {
    console.log(`${name}: ${count} ${what}`);
  }
  for (const { connection, what } of failures) console.log(`${name}: connection ${connection}: ${what}`);
  const seconds = ((user + system) / 1e6).toFixed(1);
  console.log(`${name}: ${taken} frames, ${connections} connections, ${seconds} s of CPU: ${failures.length} failures`);
  isSound &&= failures.length === 0 && taken >= frames;
}
process.exitCode = isSound ? 0 : 1;
