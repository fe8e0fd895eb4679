#!/usr/bin/env node
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BATCH, type Tally, type Task } from "./run.js";

const WORKERS = 2;

/** A worker that is so late hangs on a message: that is a failure of the run. */
const GRACE_MS = 60_000;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "180" },
    messages: { type: "string", default: "1000000000" },
    seed: { type: "string", default: process.env.SEED ?? String(Date.now() % 0x7fffffff) },
    corpus: { type: "string", default: "../shared/corpus/header-from" },
  },
});
const [seconds, most, seed] = [Number(values.seconds), Number(values.messages), Number(values.seed)];
if (!(seconds > 0) || !(most > 0) || !Number.isSafeInteger(seed)) {
  console.error("usage: fuzz [--seconds N] [--messages N] [--seed N] [--corpus FOLDER]");
  process.exit(64);
}

console.log(`seed ${seed}, at most ${seconds} s, ${WORKERS} workers`);
const begun = performance.now();
const batches = Math.ceil(most / BATCH);
const tallies = await Promise.all(
  Array.from({ length: WORKERS }, (_, first) =>
    work({ seed, first, step: WORKERS, batches, milliseconds: seconds * 1_000, corpus: values.corpus }),
  ),
);
const took = (performance.now() - begun) / 1_000;
const messages = tallies.reduce((sum, tally) => sum + tally.messages, 0);
const counts = new Map<string, number>();
for (const tally of tallies) {
  for (const [name, count] of Object.entries(tally.counts)) counts.set(name, (counts.get(name) ?? 0) + count);
}
for (const [name, count] of [...counts].sort(([one], [other]) => (one < other ? -1 : 1)))
  console.log(`${count} ${name}`);
const examples = tallies.flatMap((tally) => tally.examples);
for (const { batch, what, raw } of examples) {
  console.log(`\nbatch ${batch}: ${what}\n${JSON.stringify(Buffer.from(raw, "base64").toString("latin1"))}`);
}
const dead = [...counts].flatMap(([name, count]) => (count === 0 ? [name] : []));
for (const name of dead) console.log(`never ${name}: that reader is dead`);
console.log(
  `${messages} messages, ${Math.round(messages / took)} a second, in ${Math.round(took)} s: ${examples.length} counter-examples`,
);
process.exitCode = examples.length === 0 && dead.length === 0 && messages > 0 ? 0 : 1;

/** Runs one worker to its end; rejects where it ends without a tally. */
function work(task: Task): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL("./worker.js", import.meta.url)));
    const late = setTimeout(() => child.kill("SIGKILL"), task.milliseconds + GRACE_MS);
    child.once("message", (tally) => resolve(tally as Tally));
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      clearTimeout(late);
      reject(new Error(`a worker ended with ${signal ?? code}`));
    });
    child.send(task);
  });
}
