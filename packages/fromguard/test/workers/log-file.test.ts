import { readFile, rename } from "node:fs/promises";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Daemon } from "../peers/daemon.js";
import { bundleCli } from "../support/bundle-cli.js";
import { linesWith } from "../support/log-lines.js";
import { PolicyConnection } from "../support/policy-connection.js";

let cli: string;
beforeAll(async () => {
  cli = await bundleCli();
}, 120_000);

describe("the file of a log that workers write to", () => {
  it("has their lines with their numbers, begins anew at SIGHUP, and loses none at the end", async () => {
    const daemon = await Daemon.start({
      cli,
      config: `workers: 2
user: root
listeners: [{ policy: "unix:@DIR@/p.sock" }]
ownership: [{ login-map: "inline:{ann@example.com=ann}" }]
rules: [login-owns-envelope]
log: { destination: "@DIR@/log" }
`,
      ready: /warning: /,
    });
    onTestFinished(() => daemon.stop());
    const log = `${daemon.folder}/log`;
    await linesWith(log, "ready");
    const connection = await PolicyConnection.open(`unix:${daemon.folder}/p.sock`);
    onTestFinished(() => connection.close());
    expect(await connection.ask("bob", "ann@example.com")).toMatch(/^553 /);
    const lines = await linesWith(log, "decision");
    expect(lines.filter(({ event }) => event === "decision")).toMatchObject([{ worker: expect.any(Number) }]);

    await rename(log, `${log}.1`);
    daemon.signal("SIGHUP");
    await linesWith(log, "config-reloaded", 2);
    expect(await connection.ask("bob", "ann@example.com")).toMatch(/^553 /);
    daemon.signal("SIGTERM");
    expect(await daemon.exitCode()).toBe(0);
    const last = (await readFile(log, "utf8")).trimEnd().split("\n");
    const events = last.map((line) => JSON.parse(line));
    const ended = events.filter(({ event }) => event === "stopped");
    expect(ended.map(({ worker = "primary" }) => String(worker)).sort()).toEqual(["1", "2", "primary"]);
    expect(events.filter(({ event }) => event === "decision")).toHaveLength(1);
    expect(daemon.events).toEqual([]);
  });
});
