import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { Exit, exitCodes } from "../../src/exit-codes.js";
import { main } from "../../src/main.js";
import { followPolicy } from "../../src/serve/follow-policy.js";
import { untilStopped } from "../../src/serve/until-stopped.js";
import { folderWith } from "../support/folder.js";
import { logOf } from "../support/log.js";
import { linesWith } from "../support/log-lines.js";
import { testIo } from "../support/test-io.js";

const CONFIG = `listeners: [{ policy: 127.0.0.1:0 }]
ownership: [{ login-map: "inline:{ann@example.com=ann}" }]
rules: [login-owns-envelope]
`;

/** The folder of a daemon that logs into a file of it. */
async function folderOf(name = "log") {
  const folder = await folderWith({});
  await mkdir(join(folder, "logs"));
  const log = join(folder, "logs", name);
  const args = ["serve", "--set", `log.destination=${log}`];
  return { folder, log, args };
}

const eventsOf = (lines: readonly Readonly<Record<string, unknown>>[]) => lines.map(({ event }) => event);

describe("a log that goes to a file", () => {
  it("begins anew under its name when the file was put away and the process is asked to read again", async () => {
    const { folder, log, args } = await folderOf();
    const io = testIo();
    const file = join(await folderWith({ "f.yaml": CONFIG }), "f.yaml");
    const ended = main([...args, "--config", file], io);
    expect(eventsOf(await linesWith(log, "ready"))).toEqual(["listening", "ready"]);
    await rename(log, `${log}.1`);
    io.reload();
    await linesWith(log, "config-reloaded");
    io.stop("SIGTERM");
    expect(await ended).toBe(0);
    const last = (await readFile(log, "utf8")).trimEnd().split("\n");
    expect(eventsOf(last.map((line) => JSON.parse(line)))).toEqual(["config-reloaded", "stopping", "stopped"]);
    expect([io.out(), folder.length > 0]).toEqual(["", true]);
  });

  it("stays where it is, and says so, when it cannot be opened anew", async () => {
    const { log, args } = await folderOf();
    const io = testIo();
    const file = join(await folderWith({ "f.yaml": CONFIG }), "f.yaml");
    const ended = main([...args, "--config", file], io);
    await linesWith(log, "ready");
    await rename(log, `${log}.1`);
    await mkdir(log);
    io.reload();
    const lines = await linesWith(`${log}.1`, "log-kept");
    expect(lines.find(({ event }) => event === "log-kept")).toMatchObject({
      level: "warn",
      file: log,
      cause: "cannot be opened: it is a directory",
    });
    io.stop("SIGTERM");
    expect(await ended).toBe(0);
    await rm(log, { recursive: true });
  });

  it("is not made by who is still root: asked to read again while it starts, the daemon leaves it alone", async () => {
    const { log: path } = await folderOf();
    const io = testIo();
    const config = parseConfig(CONFIG, "f.yaml");
    const reload = vi.fn(async () => undefined);
    const nothing = () => undefined;
    const followed = await followPolicy(config, { readAgain: async () => config, onSwitch: nothing, onKept: nothing });
    const policy = { ...followed, current: followed.current, reload };
    const log = logOf(io, { destination: path });
    const start = async () => {
      io.reload();
      await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
      throw new Exit(exitCodes.configuration, "no port");
    };
    await expect(untilStopped({ config, policy, log, io }, start)).rejects.toThrow("no port");
    expect(await readdir(dirname(path))).toEqual([]);
  });

  it("that cannot be opened keeps the daemon from starting, with the key", async () => {
    const { args } = await folderOf("none/log");
    const io = testIo();
    const file = join(await folderWith({ "f.yaml": CONFIG }), "f.yaml");
    expect(await main([...args, "--config", file], io)).toBe(78);
    expect(io.err()).toMatch(
      /^fromguard: --set log\.destination: log\.destination: cannot be opened: no such file\n$/m,
    );
  });

  it("has a path that begins with /", async () => {
    const io = testIo();
    const file = join(await folderWith({ "f.yaml": `${CONFIG}log: { destination: logs }\n` }), "f.yaml");
    expect(await main(["serve", "--config", file], io)).toBe(78);
    expect(io.err()).toContain(
      "f.yaml:4:8: log.destination: must be stdout, stderr or the path of a file, which begins with /",
    );
  });
});
