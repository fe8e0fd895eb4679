import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { ALL_USAGES } from "../../src/commands/usage/usages.js";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { testIo } from "../support/test-io.js";

const COMMANDS = Object.keys(ALL_USAGES);

async function script(shell: string): Promise<string> {
  const io = testIo();
  expect(await main(["completion", shell], io)).toBe(0);
  return io.out();
}

/** What bash offers for these words, the last of which is being written. */
async function bashOffers(words: readonly string[], folder = "/"): Promise<readonly string[]> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is bash that fills it in
  const call = 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _fromguard; printf "%s\\n" "${COMPREPLY[@]}"';
  const { stdout } = await promisify(execFile)(
    "bash",
    ["--noprofile", "--norc", "-c", `${await script("bash")}\n${call}`, "bash", "fromguard", ...words],
    { cwd: folder },
  );
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .sort();
}

describe("in bash", () => {
  it("is a script without a fault", async () => {
    const { status, stderr } = spawnSync("bash", ["-n"], { input: await script("bash"), encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  });

  it("offers every command", async () => {
    expect(await bashOffers([""])).toEqual(["--help", "--version", ...COMMANDS, "help"].sort());
    expect(await bashOffers(["com"])).toEqual(["completion"]);
    expect(await bashOffers(["help", "wh"])).toEqual(["who"]);
  });

  it.each(COMMANDS)("offers the options of %s", async (command) => {
    const options = Object.keys(ALL_USAGES[command as keyof typeof ALL_USAGES].options);
    const written = options.map((name) => (name.length === 1 ? `-${name}` : `--${name}`));
    expect(await bashOffers([command, "-"])).toEqual([...new Set([...written, "--help"])].sort());
  });

  it("offers words and files where they are wanted", async () => {
    const folder = await folderWith({ "a b.yaml": "", "main.cf": "" });
    expect(await bashOffers(["config", "s"], folder)).toEqual(["schema", "show"]);
    expect(await bashOffers(["completion", ""], folder)).toEqual(["bash", "fish", "zsh"]);
    expect(await bashOffers(["lint", ""], folder)).toEqual(["a b.yaml", "main.cf"]);
    expect(await bashOffers(["serve", "--config", "a"], folder)).toEqual(["a b.yaml"]);
    expect(await bashOffers(["config", "check", "m"], folder)).toEqual(["main.cf"]);
    expect(await bashOffers(["check", "--login", "m"], folder)).toEqual([]);
    expect(await bashOffers(["nonsense", ""], folder)).toEqual([]);
  });
});

describe("in zsh and fish", () => {
  it.each(["zsh", "fish"])("%s has every command and option", async (shell) => {
    const text = await script(shell);
    for (const [command, { options, summary }] of Object.entries(ALL_USAGES)) {
      expect(text).toContain(command);
      expect(text).toContain(summary.split("'")[0]);
      for (const name of Object.keys(options)) {
        expect(text).toContain(shell === "zsh" ? `-${name}[` : ` ${name} `);
      }
    }
  });
});

it.each([
  [["completion"], "which of bash, zsh and fish? See fromguard completion --help"],
  [["completion", "csh"], '"csh" is not bash, zsh or fish'],
])("wrong usage is 64: %j", async (argv, sentence) => {
  const io = testIo();
  expect(await main(argv, io)).toBe(64);
  expect(io.err()).toContain(sentence);
});
