import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { folderWith } from "../support/folder.js";
import { type Block, blocksOf, page, replay } from "../support/page.js";

const FOLDER = "/etc/fromguard";
const [intro = "", ...sections] = page("docs/who-may-send-as-whom.md").split(/^## /m);

/** A block that begins with `# NAME` is that file; a letter has no such line itself. */
async function write({ text }: Block, folder: string): Promise<void> {
  const [, name = "", rest = ""] = /^# (\S+)\n(.*)$/s.exec(text) ?? [];
  await writeFile(`${folder}/${name}`, name.endsWith(".eml") ? `${rest}\nHi\n` : text.replaceAll(FOLDER, folder));
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
        const inFolder = (word: string) => (word.endsWith(".eml") ? `${folder}/${word}` : word);
        const shown = await replay(
          block,
          (words) => [...words.map(inFolder), "--config", `${folder}/fromguard.yaml`],
          (out) => out.replaceAll(folder, FOLDER),
        );
        expect(block.text).toBe(shown);
      }
    },
  );
});
