import { expect, test } from "vitest";
import type { Readings } from "../src/message.js";
import { readLeniently } from "../src/readers/lenient.js";
import type { Readers } from "../src/readers/readers.js";
import { run } from "../src/run.js";
import { shrink } from "../src/shrink.js";

const task = { seed: 7, first: 1, step: 2, batches: 2, milliseconds: 600_000, corpus: "no such folder" };

const fake = (read: (raw: Uint8Array) => Readings): Readers => ({
  names: ["fake"],
  read: (batch) => Promise.resolve(batch.map(read)),
  close: () => {},
});

test("a task is worked on to its last batch, with the same counts each time", async () => {
  const lenient = () => fake((raw) => ({ fake: readLeniently(raw) }));
  const tally = await run(task, lenient());
  expect(tally).toMatchObject({ messages: 200, examples: [] });
  for (const name of ["accepted", "refused", "refused, sampled", "read by fake"]) {
    expect([name, tally.counts[name]]).toEqual([name, expect.any(Number)]);
  }
  expect(await run(task, lenient())).toEqual(tally);
});

test("what a reader shows beside own addresses is a counter-example, once and as small as can be", async () => {
  const isShown = (raw: Uint8Array) => Buffer.from(raw).includes("alice");
  const { examples } = await run(
    task,
    fake((raw) => ({ fake: { addresses: isShown(raw) ? ["ceo@bank.example"] : [], names: [] } })),
  );
  expect(examples).toMatchObject([{ batch: 1, what: "fake shows a foreign address: ceo@bank.example" }]);
  expect(Buffer.from(examples[0]?.raw ?? "", "base64").length).toBeLessThan(60);
});

test("octets are taken away as long as it fails", async () => {
  const raw = Buffer.from("xxxxxaxxxxxxxbxxx");
  const fails = (less: Uint8Array) => Promise.resolve(/a.*b/.test(Buffer.from(less).toString()));
  expect(Buffer.from(await shrink(raw, fails)).toString()).toBe("ab");
});

test("a reader that gives up is counted", async () => {
  const { counts, examples } = await run(
    task,
    fake(() => ({ fake: undefined })),
  );
  expect(examples).toEqual([]);
  expect(counts["given up by fake"]).toBeGreaterThan(0);
  expect(counts["read by fake"]).toBe(0);
});

test("a dead reader ends the run", async () => {
  const dead: Readers = { ...fake(() => ({})), read: () => Promise.reject(new Error("it has ended")) };
  await expect(run(task, dead)).rejects.toThrow("it has ended");
});
