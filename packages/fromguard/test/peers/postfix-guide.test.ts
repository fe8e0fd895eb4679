import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleCli } from "../support/bundle-cli.js";
import { blocksOf, page } from "../support/page.js";
import { commandsOf } from "../support/shell-commands.js";
import { asShown } from "../support/trace.js";
import { CleanDebian } from "./clean-debian.js";

const MOST_COMMANDS = 10;
/** What npm would fetch is not published: in its place the command line of this tree is put where npm would put it. */
const STAND_INS: Readonly<Record<string, string>> = {
  "npm install --global fromguard":
    "printf '#!/bin/sh\\nexec node-of-the-suite /usr/local/lib/fromguard/cli.js \"$@\"\\n' >/usr/local/bin/fromguard && chmod 755 /usr/local/bin/fromguard",
};
const READY =
  'for try in $(seq 300); do grep -q \'"event":"ready"\' /var/log/fromguard.log && exit; sleep 0.1; done; exit 1';

const blocks = blocksOf(page("docs/postfix.md"));
const commands = blocks.filter(({ language }) => language === "console").flatMap(({ text }) => commandsOf(text));
const replies = blocks
  .filter(({ language, text }) => language === "" && text.startsWith("<"))
  .map(({ text }) => text.trim());
const forgery = commands.findIndex((command) => command.includes("--header"));

describe.skipIf(CleanDebian.whyNot() !== undefined)("docs/postfix.md on a machine without Postfix", () => {
  let machine: CleanDebian;
  beforeAll(async () => {
    machine = await CleanDebian.start(await bundleCli(), [
      "postfix",
      "postfix-pcre",
      "postfix-lmdb",
      "postfix-cdb",
      "dovecot-core",
      "swaks",
    ]);
  }, 180_000);
  afterAll(() => machine.stop());

  const run = (command: string) => machine.run(STAND_INS[command] ?? command);

  it("needs at most ten commands from apt to a refused forgery", () => {
    expect(commands[0]).toMatch(/^apt install .*\bpostfix\b/);
    expect(forgery + 1).toBeGreaterThan(1);
    expect(forgery + 1).toBeLessThanOrEqual(MOST_COMMANDS);
    expect(Object.keys(STAND_INS).filter((command) => !commands.includes(command))).toEqual([]);
  });

  it("has none of it before", async () => {
    const { output } = await machine.run(
      "command -v postfix doveadm swaks fromguard; ls /etc/postfix /etc/dovecot /etc/fromguard",
    );
    expect(output.match(/No such file or directory/g)).toHaveLength(3);
    expect(output).not.toContain("/bin/");
  });

  it("refuses the forgery, takes honest mail, and says why", async () => {
    for (const command of commands.slice(0, forgery)) {
      const { status, output } = await run(command);
      expect({ command, status, output }).toEqual({ command, status: 0, output });
      if (command.startsWith("fromguard serve")) expect(await machine.run(`(${READY})`)).toMatchObject({ status: 0 });
    }
    const [refused, taken, why] = commands.slice(forgery);
    expect(asShown((await run(refused!)).output).split("\n")).toContain(replies[0]);
    expect((await run(taken!)).output).toContain(replies[1]);
    const { status, output } = await run(why!);
    expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining("says login-owns-envelope") });
    expect(commands).toHaveLength(forgery + 3);
    expect((await machine.run("grep -c from-not-owned /var/log/fromguard.log")).output.trim()).toBe("1");
  }, 180_000);
});
