import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fishCompletion } from "../../src/commands/shells/fish.js";
import { zshCompletion } from "../../src/commands/shells/zsh.js";
import { ALL_USAGES } from "../../src/commands/usage/usages.js";
import { folderWith } from "../support/folder.js";
import { whyNotRun } from "./peers.js";

const reason = whyNotRun(["zsh", "fish"], { root: false });
const COMMANDS = Object.keys(ALL_USAGES);

function run(program: string, args: readonly string[], input = ""): string {
  const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: "utf8" });
  expect([program, status, stderr]).toEqual([program, 0, ""]);
  return stdout;
}

describe.skipIf(reason !== undefined)("completion in fish", () => {
  /** What fish offers for this line, without descriptions. */
  async function offers(line: string): Promise<string[]> {
    const folder = await folderWith({ "fromguard.fish": fishCompletion(ALL_USAGES), "main.cf": "" });
    const script = `cd ${folder}; source fromguard.fish; complete -C ${JSON.stringify(line)}`;
    const printed = run("fish", ["--no-config", "-c", script]);
    return printed.split("\n").flatMap((each) => (each === "" ? [] : [each.split("\t")[0] ?? ""]));
  }

  it("offers every command", async () => {
    expect((await offers("fromguard ")).sort()).toEqual([...COMMANDS].sort());
  });

  it.each(COMMANDS)("offers the options of %s", async (command) => {
    const names = Object.keys(ALL_USAGES[command as keyof typeof ALL_USAGES].options).filter((name) => name.length > 1);
    const offered = await offers(`fromguard ${command} --`);
    expect(offered.sort()).toEqual([...new Set([...names, "help"])].map((name) => `--${name}`).sort());
  });

  it("offers words and files where they are wanted", async () => {
    expect(await offers("fromguard config s")).toEqual(["schema", "show"]);
    expect(await offers("fromguard lint m")).toEqual(["main.cf"]);
    expect(await offers("fromguard serve --config m")).toEqual(["main.cf"]);
    expect(await offers("fromguard may m")).toEqual([]);
  });
});

describe.skipIf(reason !== undefined)("completion in zsh", () => {
  it("is a script without a fault, which zsh takes for the completion of fromguard", async () => {
    const folder = await folderWith({});
    writeFileSync(`${folder}/_fromguard`, zshCompletion(ALL_USAGES));
    run("zsh", ["-f", "-n", `${folder}/_fromguard`]);
    const script = `fpath=(${folder} $fpath); autoload -Uz compinit; compinit -u -D; print $_comps[fromguard]; autoload +X _fromguard`;
    expect(run("zsh", ["-f", "-c", script])).toBe("_fromguard\n");
  });

  it("offers every command and the options of each", async () => {
    const folder = await folderWith({});
    writeFileSync(`${folder}/_fromguard`, zshCompletion(ALL_USAGES));
    // What would be offered, told by the functions that offer it.
    const script = `
      _describe() { print -l \${(P)2%%:*} }
      _arguments() {
        if [[ $1 == -C ]]; then state=$asked; return 0; fi
        print -l -- "$@"
      }
      asked=$1; shift
      words=("$@")
      source ${folder}/_fromguard 2>/dev/null || true
      _fromguard`;
    const asked = (what: string, ...words: readonly string[]) =>
      run("zsh", ["-f", "-c", `compdef() { : }\n${script}`, "zsh", what, ...words]).split("\n");
    expect(asked("command").filter((name) => name !== "")).toEqual(COMMANDS);
    for (const [command, { options }] of Object.entries(ALL_USAGES)) {
      const offered = asked("argument", command).join("\n");
      for (const name of Object.keys(options)) expect(offered).toContain(`-${name}[`);
    }
  });
});
