import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, expect, it, vi } from "vitest";
import { bundleCli } from "../support/bundle-cli.js";
import { twoWorkers } from "../support/two-workers.js";

let cli: string;
beforeAll(async () => {
  cli = await bundleCli();
}, 120_000);

const ADDRESSES = 4;

it("an account is suspect by what both workers refused together, and is told once: log, metric, command", async () => {
  const { daemon, addresses, connect, metrics } = await twoWorkers(cli, {
    senders: "/^ann@example\\.com$/ ann\n",
    listeners: ["policy: 127.0.0.1:0"],
    more: `account-suspect: { addresses: ${ADDRESSES}, minutes: 5, command: [/bin/sh, "@DIR@/told.sh"] }\n`,
  });
  await writeFile(`${daemon.folder}/told.sh`, `cat >>"${daemon.folder}/told"\n`);
  const workerOf = async (count: number) => (await daemon.logged("decision", count))[count - 1]?.worker;

  // One that is stopped takes no connection, so that the next has another worker.
  const one = await connect(addresses[0]);
  expect(await one.ask("bob", "0@x.test")).toMatch(/^553 /);
  const first = await workerOf(1);
  const pid = Number((await daemon.logged("worker-started", 2)).find(({ worker }) => worker === first)?.pid);
  expect(pid).toBeGreaterThan(1);
  process.kill(pid, "SIGSTOP");
  const other = await connect(addresses[0]);
  expect(await other.ask("bob", "1@x.test")).toMatch(/^553 /);
  process.kill(pid, "SIGCONT");
  expect(await workerOf(2)).not.toBe(first);

  // Neither worker has refused more addresses than the limit.
  for (let each = 2; each < 2 * ADDRESSES; each++) {
    expect(daemon.events.filter(({ event }) => event === "account-suspect")).toHaveLength(each > ADDRESSES ? 1 : 0);
    expect(await (each % 2 === 0 ? one : other).ask("bob", `${each}@x.test`)).toMatch(/^553 /);
    await workerOf(each + 1);
    if (each >= ADDRESSES) await daemon.logged("account-suspect");
  }
  const suspect = { login: "bob", addresses: ADDRESSES + 1, minutes: 5 };
  const told = await daemon.logged("account-suspect");
  expect(told).toEqual([expect.objectContaining({ level: "warn", ...suspect })]);
  expect(told[0]).not.toHaveProperty("worker");
  expect((await metrics())("fromguard_account_suspects_total")).toBe(1);
  const text = await vi.waitFor(() => readFile(`${daemon.folder}/told`, "utf8"), { timeout: 30_000, interval: 100 });
  expect(text).toBe(`${JSON.stringify(suspect)}\n`);
});
