import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { testIo } from "../support/test-io.js";

const FOLDER = "/etc/fromguard";
const page = readFileSync(new URL("../../../../docs/who-may-send-as-whom.md", import.meta.url), "utf8");
const [intro = "", ...sections] = page.split(/^## /m);

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = "", block = ""]) => ({
    language,
    text: block,
  }));
}

/** A block that begins with `# NAME` is that file; a letter has no such line itself. */
async function write({ text }: Block, folder: string): Promise<void> {
  const [, name = "", rest = ""] = /^# (\S+)\n(.*)$/s.exec(text) ?? [];
  await writeFile(`${folder}/${name}`, name.endsWith(".eml") ? `${rest}\nHi\n` : text.replaceAll(FOLDER, folder));
}

/** What the command prints on standard output, with the folder as on the page. */
async function output(command: string, folder: string): Promise<string> {
  const words = command.split(" ").map((word) => (word.endsWith(".eml") ? `${folder}/${word}` : word));
  const io = testIo();
  await main([...words, "--config", `${folder}/fromguard.yaml`], io);
  return io.out().replaceAll(folder, FOLDER).trimEnd();
}

describe("docs/who-may-send-as-whom.md", () => {
  it("has the ten", () => {
    expect(sections.filter((section) => /^\d+\. /.test(section))).toHaveLength(10);
  });

  const examples = sections.filter((section) => section.includes("```console"));
  it.each(examples.map((section) => [section.split("\n")[0] ?? "", section]))(
    "%s: every command prints what the page says",
    async (_title, section) => {
      const folder = await folderWith({});
      for (const block of [...blocksOf(intro), ...blocksOf(section)]) {
        if (block.language !== "console") {
          await write(block, folder);
          continue;
        }
        const printed: string[] = [];
        for (const [, command = ""] of block.text.matchAll(/^\$ fromguard (.*)$/gm)) {
          printed.push(`$ fromguard ${command}`, await output(command, folder), "");
        }
        expect(block.text.trimEnd()).toBe(printed.join("\n").trimEnd());
      }
    },
  );
});
