import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { agree, type Case, disagree, isRecord, type Kind } from "../src/kind.js";
import { EXIT, main } from "../src/main.js";

/** A kind whose cases come out as its file says: `{"outcomes": ["agree", "note", "disagree", "throw"]}`. */
const scripted: Kind = {
  name: "milter",
  recognise: (json) => isRecord(json) && Array.isArray(json.outcomes),
  cases: ({ json }) => {
    const { outcomes } = json as { outcomes: string[] | [null] };
    return outcomes.map((outcome, index): Case => {
      if (outcome === null) throw new Error("odd file");
      return { name: `case ${index + 1}`, check: () => result(outcome) };
    });
  },
};

function result(outcome: string) {
  if (outcome === "throw") throw new Error("bang");
  if (outcome === "disagree") return disagree("one\u001b[2J", "other\nline");
  return agree(outcome === "note" ? "cannot see it" : undefined);
}

describe("the command line", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "conformance-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function run(...args: string[]) {
    const out: string[] = [];
    const err: string[] = [];
    const exit = await main(args, [scripted], { out: (line) => out.push(line), err: (line) => err.push(line) });
    return { exit, out, err };
  }

  async function corpus(files: Readonly<Record<string, unknown>>) {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(join(folder, name, ".."), { recursive: true });
      await writeFile(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
    }
  }

  it("exits 0 where all agree, counts over files and folders, prints notes with their number", async () => {
    await corpus({ "a.json": { outcomes: ["agree", "note"] }, "deep/er/b.txt": { outcomes: ["note"] } });
    expect(await run(folder)).toEqual({
      exit: 0,
      out: ["milter: 3/3 agree, 0 skipped", "milter: cannot see it: 2"],
      err: [],
    });
  });

  it("names file, case, expected and got of a disagreement on one safe line", async () => {
    await corpus({ "a.json": { outcomes: ["agree", "disagree", "throw"] } });
    const file = join(folder, "a.json");
    expect(await run(folder)).toEqual({
      exit: EXIT.disagreement,
      out: [
        "milter: 1/3 agree, 0 skipped",
        `milter: ${file}: case 2: expected one\\u{1b}[2J, got other\\u{a}line`,
        `milter: ${file}: case 3: expected an answer, got threw: bang`,
      ],
      err: [],
    });
  });

  it("prints one object with --json, the notes on standard error", async () => {
    await corpus({ "a.json": { outcomes: ["note", "throw"] } });
    const { exit, out, err } = await run("--json", folder);
    expect(exit).toBe(EXIT.disagreement);
    expect(err).toEqual(["milter: cannot see it: 1"]);
    expect(out.map((line) => JSON.parse(line))).toEqual([
      {
        kinds: { milter: { agree: 1, total: 2, skipped: 0 } },
        disagreements: [
          {
            kind: "milter",
            file: join(folder, "a.json"),
            case: "case 2",
            expected: "an answer",
            got: "threw: bang",
          },
        ],
      },
    ]);
  });

  it("takes a file whose cases cannot be read for one disagreement", async () => {
    await corpus({ "a.json": { outcomes: [null] } });
    const { exit, out } = await run(folder);
    expect(exit).toBe(EXIT.disagreement);
    expect(out[1]).toContain("whole file: expected an answer, got threw: odd file");
  });

  it("passes over what is not JSON and follows a link to a file", async () => {
    await corpus({ "README.md": "# not JSON", testinput1: "[ab] is a pattern", "a/b.json": { outcomes: ["agree"] } });
    await symlink(join(folder, "a/b.json"), join(folder, "link.json"));
    expect((await run(folder)).out).toEqual(["milter: 2/2 agree, 0 skipped"]);
  });

  it("runs the rest of a corpus that holds JSON of no known kind", async () => {
    await corpus({ "a.json": { outcomes: ["agree"] }, "b.json": { other: true }, "c.json": "{" });
    const { exit, out, err } = await run(folder);
    expect(exit).toBe(EXIT.badCorpus);
    expect(out).toEqual(["milter: 1/1 agree, 0 skipped"]);
    expect(err).toHaveLength(2);
    expect(err[0]).toBe(`${join(folder, "b.json")}: JSON of no known kind`);
    expect(err[1]).toContain("c.json: not JSON: ");
  });

  it.each([
    ["an empty folder", {}],
    ["a folder with documentation only", { "README.md": "# nothing" }],
    ["a folder whose files hold no case", { "a.json": { outcomes: [] } }],
  ])("refuses %s", async (_what, files) => {
    await corpus(files);
    const { exit, err } = await run(folder);
    expect(exit).toBe(EXIT.badCorpus);
    expect(err).toEqual([`${folder}: holds no case`]);
  });

  it("refuses a path without a case beside one with cases", async () => {
    await corpus({ "full/a.json": { outcomes: ["agree"] }, "empty/README.md": "#" });
    expect((await run(join(folder, "full"), join(folder, "empty"))).exit).toBe(EXIT.badCorpus);
  });

  it.each([
    ["no path", []],
    ["no path but --json", ["--json"]],
    ["an unknown option", ["--yaml", "."]],
  ])("calls %s a usage error", async (_what, args) => {
    const { exit, out, err } = await run(...args);
    expect(exit).toBe(EXIT.usage);
    expect(out).toEqual([]);
    expect(err[0]).toContain("usage: ");
  });

  it("says which path is missing", async () => {
    const { exit, err } = await run(join(folder, "nowhere"));
    expect(exit).toBe(EXIT.noInput);
    expect(err[0]).toContain("nowhere: cannot be read: ");
  });
});
