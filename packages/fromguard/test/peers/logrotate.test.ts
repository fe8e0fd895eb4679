import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleCli } from "../support/bundle-cli.js";
import { linesWith } from "../support/log-lines.js";
import { loggingDaemon } from "../support/logging-daemon.js";
import { whyNotRun } from "./peers.js";

const reason = whyNotRun(["logrotate"]);
const SHIPPED = readFileSync(fileURLToPath(new URL("../../share/logrotate.d/fromguard", import.meta.url)), "utf8");

describe.skipIf(reason !== undefined)("logrotate, by the file that is shipped", () => {
  let cli: string;
  beforeAll(async () => {
    cli = await bundleCli();
  }, 120_000);

  it("puts the log away, and the daemon goes on in a new one", async () => {
    const { daemon, log } = await loggingDaemon(cli);
    const own = join(daemon.folder, "own");
    await mkdir(own);
    const file = join(own, "logrotate.conf");
    const reloads = "systemctl reload fromguard";
    expect(SHIPPED).toContain(reloads);
    await writeFile(
      file,
      SHIPPED.replaceAll("/var/log/fromguard", daemon.folder).replace(reloads, `kill -HUP ${daemon.pid}`),
    );
    await chmod(file, 0o644);
    const { status, stdout, stderr } = spawnSync("logrotate", ["--force", "--state", join(own, "state"), file], {
      encoding: "utf8",
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
    const lines = await linesWith(log, "config-reloaded");
    expect(lines.map(({ event }) => event)).toEqual(["config-reloaded"]);
    expect((await stat(log)).mode & 0o777).toBe(0o640);
    expect(await readFile(`${log}.1`, "utf8")).toMatch(/"event":"ready".*\n.*"event":"decision".*\n$/);
    expect(await readdir(daemon.folder)).toEqual(expect.arrayContaining(["fromguard.log", "fromguard.log.1"]));
  });
});
