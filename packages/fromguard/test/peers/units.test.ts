import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blocksOf, page } from "../support/page.js";
import { commandsOf } from "../support/shell-commands.js";
import { whyNotRun } from "./peers.js";

const reason = whyNotRun(["systemd-analyze", "systemd-sysusers", "systemd-tmpfiles"]);
const SHARE = fileURLToPath(new URL("../../share/", import.meta.url));
const UNITS = ["fromguard.service", "fromguard-policy.socket", "fromguard-milter.socket"];

describe.skipIf(reason !== undefined)("the units, as systemd reads them", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "fromguard-units-"));
    cpSync(join(SHARE, "systemd"), folder, { recursive: true });
    // The program is not installed here.
    const service = join(folder, "fromguard.service");
    writeFileSync(
      service,
      readFileSync(service, "utf8").replace("ExecStart=fromguard", `ExecStart=${process.execPath}`),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (program: string, ...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
    return { status, stdout, stderr };
  };

  it("are verified without a word", () => {
    const paths = UNITS.map((name) => join(folder, name));
    expect(run("systemd-analyze", "verify", "--man=no", ...paths)).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("a misspelt key would be told", () => {
    const broken = join(folder, "broken.service");
    writeFileSync(
      broken,
      readFileSync(join(folder, "fromguard.service"), "utf8").replace("ProtectHome", "ProtectHouse"),
    );
    expect(run("systemd-analyze", "verify", "--man=no", broken).stderr).toContain("ProtectHouse");
  });

  it("are where systemd looks after the commands of the page", () => {
    const commands = blocksOf(page("docs/install.md"))
      .flatMap(({ language, text }) => (language === "console" ? commandsOf(text) : []))
      .filter((command) => command.startsWith("install "));
    expect(commands).toHaveLength(3);
    const root = mkdtempSync(join(folder, "installed-"));
    for (const name of ["sysusers.d", "tmpfiles.d", "systemd/system"]) mkdirSync(join(root, name), { recursive: true });
    for (const command of commands) {
      const [copy = ""] = command.split(" && ");
      const { status, stderr } = spawnSync("bash", ["-c", copy.replace("/etc/", `${root}/`)], {
        cwd: SHARE,
        encoding: "utf8",
      });
      expect([command, status, stderr]).toEqual([command, 0, ""]);
    }
    expect(["sysusers.d", "tmpfiles.d", "systemd/system"].map((name) => readdirSync(join(root, name)))).toEqual([
      ["fromguard.conf"],
      ["fromguard.conf"],
      [...UNITS].sort(),
    ]);
  });

  it("leave the exposure that the page states", () => {
    const { status, stdout } = run(
      "systemd-analyze",
      "security",
      "--offline=true",
      "--threshold=15",
      join(folder, "fromguard.service"),
    );
    expect(status).toBe(0);
    const [, level] = /Overall exposure level for fromguard\.service: (\S+)/.exec(stdout) ?? [];
    expect(page("docs/install.md")).toContain(`\`systemd-analyze security\` gives it ${level} of 10`);
  });

  it("sysusers.d makes the user, tmpfiles.d the folders", () => {
    const root = mkdtempSync(join(folder, "root-"));
    mkdirSync(join(root, "etc"));
    expect(run("systemd-sysusers", `--root=${root}`, join(SHARE, "sysusers.d/fromguard.conf")).status).toBe(0);
    const made = /^fromguard:x:(\d+):(\d+):.*:\/run\/fromguard:\/usr\/sbin\/nologin$/m;
    const [, uid, gid] = made.exec(readFileSync(join(root, "etc/passwd"), "utf8")) ?? [];
    const folders = run("systemd-tmpfiles", "--create", `--root=${root}`, join(SHARE, "tmpfiles.d/fromguard.conf"));
    expect(folders).toEqual({ status: 0, stdout: "", stderr: "" });
    const modeOf = (path: string) => {
      const { mode, uid: owner, gid: group } = statSync(join(root, path));
      return `${(mode & 0o7777).toString(8)} ${owner} ${group}`;
    };
    expect([modeOf("etc/fromguard"), modeOf("run/fromguard")]).toEqual([`750 0 ${gid}`, `755 ${uid} ${gid}`]);
  });
});
