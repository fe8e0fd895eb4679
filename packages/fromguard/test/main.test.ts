import { describe, expect, it } from "vitest";
import { main } from "../src/main.js";
import { folderWith } from "./support/folder.js";
import { testIo } from "./support/test-io.js";

async function run(...argv: readonly string[]) {
  const io = testIo();
  return { code: await main(argv, io), out: io.out(), err: io.err() };
}

describe("wrong usage is one sentence and 64", () => {
  it.each([
    [[], "which command? See fromguard --help"],
    [["chekc"], 'unknown command "chekc" (did you mean check?); see fromguard --help'],
    [["\x1b[31m"], 'unknown command "\\u001b[31m"; see fromguard --help'],
    [["check", "--sendr", "a@b"], "unknown option --sendr (did you mean --sender?); see fromguard check --help"],
    [
      ["check", "--main-cf", "main.cf", "--config", "f.yaml", "--sender", "a"],
      "--config does not go with --main-cf; see fromguard check --help",
    ],
    [
      ["check", "--override", "soft_bounce=yes", "--sender", "a"],
      "--override goes only with --main-cf; see fromguard check --help",
    ],
    [["check", "alice@example.com"], '"alice@example.com" is not expected here; see fromguard check --help'],
    [["check"], "--sender is required; the null sender is --sender '<>'; see fromguard check --help"],
    [["check", "--sender"], "--sender needs a value; see fromguard check --help"],
    [["check", "--sender", "a", "--sender", "b"], "--sender stands twice; see fromguard check --help"],
    [["check", "--sender", "a", "--client", "mx1"], "--client must be an IP address; see fromguard check --help"],
    [
      ["check", "--sender", "a", "--login", ""],
      "--login is empty: leave it out where nobody logged in; see fromguard check --help",
    ],
    [["check", "--sender", "a", "--json=yes"], "--json takes no value; see fromguard check --help"],
    [
      ["check", "--sender", "a", "--login", "a", "--local-user", "b"],
      "--login and --local-user exclude one another; see fromguard check --help",
    ],
    [
      ["check", "--batch", "--sender", "a"],
      "--sender does not go with --batch, which reads transactions from its input; see fromguard check --help",
    ],
    [["serve", "--confg=x"], "unknown option --confg (did you mean --config?); see fromguard serve --help"],
    [["demo", "--fast"], "unknown option --fast; see fromguard demo --help"],
  ])("%j", async (argv, sentence) => {
    expect(await run(...argv)).toEqual({ code: 64, out: "", err: `fromguard: ${sentence}\n` });
  });
});

describe("help and version", () => {
  it.each([[["--help"]], [["-h"]], [["help"]], [["serve", "--help"]], [["check", "-h"]], [["help", "demo"]]])(
    "%j",
    async (argv) => {
      const { code, out, err } = await run(...argv);
      expect([code, err]).toEqual([0, ""]);
      expect(out).toMatch(/^.+\.\n|\?\n/);
      expect(out).toContain("Usage: fromguard");
      expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(125);
    },
  );

  it("--version", async () => {
    expect((await run("--version")).out).toMatch(/^fromguard \d+\.\d+\.\d+\n$/);
  });
});

describe("a configuration that cannot be read", () => {
  it.each(["check", "serve"])("%s: a missing file is 66", async (command) => {
    const argv = command === "check" ? ["--sender", "a@example.com"] : [];
    expect(await run(command, "--config", "/nonexistent/f.yaml", ...argv)).toEqual({
      code: 66,
      out: "",
      err: "fromguard: /nonexistent/f.yaml: cannot be read: no such file\n",
    });
  });

  it("a folder is 78", async () => {
    const folder = await folderWith({});
    expect(await run("serve", "--config", folder)).toEqual({
      code: 78,
      out: "",
      err: `fromguard: ${folder}: cannot be read: it is a directory\n`,
    });
  });

  it("a fault is 78", async () => {
    const folder = await folderWith({ "f.yaml": "dns: {}\nrulez: []\n" });
    expect(await run("serve", "--config", `${folder}/f.yaml`)).toEqual({
      code: 78,
      out: "",
      err: `fromguard: ${folder}/f.yaml:2:1: rulez: unknown key (did you mean rules?)\n`,
    });
  });
});
