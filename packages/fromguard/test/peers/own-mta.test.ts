import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { bundle } from "../../../../test/support/bundle.js";
import { namedBlocks } from "../../../../test/support/named-blocks.js";
import { blocksOf, page } from "../support/page.js";
import { commandsOf } from "../support/shell-commands.js";
import { whyNotRun } from "./peers.js";
import { freePorts, untilAccepting } from "./postfix.js";

const text = page("docs/own-mta.md");
const files = namedBlocks(text);
const commands = blocksOf(text)
  .filter(({ language }) => language === "console")
  .flatMap((block) => commandsOf(block.text));
const [, shown = ""] = /^<\*\* (.*)$/m.exec(text) ?? [];
const folder = fileURLToPath(new URL("../../node_modules/.cache/own-mta", import.meta.url));

/** A file of the page, as a program that needs nothing beside it. */
async function programOf(name: string, change: (source: string) => string = (source) => source): Promise<string> {
  await mkdir(folder, { recursive: true });
  const entry = join(folder, name);
  await writeFile(entry, change(files[name] ?? ""));
  const out = name.replace(".mjs", "");
  await bundle({ [out]: entry }, join(folder, "dist"));
  return join(folder, "dist", `${out}.js`);
}

describe.skipIf(whyNotRun(["swaks"], { root: false }) !== undefined)("docs/own-mta.md", () => {
  it("shows a server that refuses the forgery and takes honest mail", async () => {
    const [install, start, forge = "", ...rest] = commands;
    expect([install, start, rest]).toEqual([
      "npm install @fromguard/core @fromguard/smtp-server smtp-server",
      "node server.mjs",
      [],
    ]);
    const [port] = (await freePorts(1)) as [number];
    const program = await programOf("server.mjs", (source) => source.replace("2525", String(port)));
    const server = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(async () => {
      const closed = once(server, "close");
      server.kill();
      await closed;
    });
    let log = "";
    server.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      log += chunk;
    });
    await untilAccepting(port);
    const swaks = forge.replace("2525", String(port));
    const run = (command: string) =>
      promisify(execFile)("sh", ["-c", command]).then(
        ({ stdout }) => ({ code: 0, stdout }),
        ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
      );
    const refused = await run(swaks);
    expect(refused.stdout.split("\n")).toContain(`<** ${shown}`);
    expect(refused.code).not.toBe(0);
    expect(log).toContain("from-not-owned");
    expect(log).not.toContain("taken from");
    expect(await run(swaks.replace(/ --header .*$/, ""))).toMatchObject({ code: 0 });
    expect(log).toContain("taken from ann@example.com");
  });

  it("shows a transaction that learns its facts by stages", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [await programOf("check.mjs")]);
    const [atMail, atEnd = ""] = stdout.trim().split("\n");
    expect([atMail, atEnd.slice(0, 16)]).toEqual(["accept", "reject 553 5.7.1"]);
  });
});
