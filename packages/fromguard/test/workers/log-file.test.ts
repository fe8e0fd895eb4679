import { readFile, rename } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleCli } from "../support/bundle-cli.js";
import { linesWith } from "../support/log-lines.js";
import { loggingDaemon } from "../support/logging-daemon.js";

let cli: string;
beforeAll(async () => {
  cli = await bundleCli();
}, 120_000);

describe("the file of a log that workers write to", () => {
  it("has their lines with their numbers, begins anew at SIGHUP, and loses none at the end", async () => {
    const { daemon, log, ask, lines } = await loggingDaemon(cli, { workers: 2 });
    expect(lines.filter(({ event }) => event === "decision")).toMatchObject([{ worker: expect.any(Number) }]);

    await rename(log, `${log}.1`);
    daemon.signal("SIGHUP");
    await linesWith(log, "config-reloaded", 2);
    expect(await ask()).toMatch(/^553 /);
    daemon.signal("SIGTERM");
    expect(await daemon.exitCode()).toBe(0);
    const last = (await readFile(log, "utf8")).trimEnd().split("\n");
    const events = last.map((line) => JSON.parse(line));
    const ended = events.filter(({ event }) => event === "stopped");
    expect(ended.map(({ worker = "primary" }) => String(worker)).sort()).toEqual(["1", "2", "primary"]);
    expect(events.filter(({ event }) => event === "decision")).toHaveLength(1);
    expect(daemon.events).toEqual([]);
  });

  it("that cannot be opened leaves their lines, the last ones too, to standard error", async () => {
    const started = loggingDaemon(cli, { workers: 2, destination: "@DIR@/none/log" });
    const output = String(
      await started.then(
        () => "",
        (error: Error) => error.message,
      ),
    );
    expect(output).toContain("log.destination: cannot be opened: no such file");
    const lines = output.split("\n").filter((line) => line.startsWith("{"));
    const ended = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === "stopped");
    expect(ended.map(({ worker }) => worker).sort()).toEqual([1, 2]);
  });
});
