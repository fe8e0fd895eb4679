import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { startNameServer } from "../../src/demo/name-server.js";
import { folderWith } from "../support/folder.js";
import { blocksOf, page, replay } from "../support/page.js";

const POSTFIX = "/etc/postfix";

/** The first console block of a page, and what its commands print where these are the files in /etc/postfix. */
async function shownAndPrinted(
  path: string,
  files: Readonly<Record<string, string>>,
  runAs: (words: readonly string[]) => readonly string[] = (words) => words,
) {
  const folder = await folderWith({});
  const here = (text: string) => text.replaceAll(POSTFIX, folder);
  for (const [name, text] of Object.entries(files)) await writeFile(`${folder}/${name}`, here(text));
  const examples = blocksOf(page(path)).filter(({ language }) => language === "console");
  expect(examples).toHaveLength(1);
  const [shown] = examples;
  const printed = await replay(
    shown!,
    (words) => runAs(words).map(here),
    (out) => out.replaceAll(folder, POSTFIX),
  );
  return { shown: shown!.text, printed };
}

describe("every command prints what the page says", () => {
  it("README.md", async () => {
    const blocks = blocksOf(page("README.md"));
    const [config, maps] = ["yaml", ""].map((wanted) => blocks.find(({ language }) => language === wanted)?.text ?? "");
    const dns = await startNameServer({ "example.com": { mx: "mx.example.com" } });
    onTestFinished(dns.close);
    const files = { "fromguard.yaml": `${config}dns: { servers: ["${dns.address}"] }\n`, sender_login_maps: maps! };
    const { shown, printed } = await shownAndPrinted("README.md", files, (words) => [
      ...words,
      "--config",
      `${POSTFIX}/fromguard.yaml`,
    ]);
    expect(shown).toBe(printed);
  });

  it("docs/local-submission.md", async () => {
    const named = blocksOf(page("docs/local-submission.md")).map(({ text }) => /^# \/etc\/postfix\/(\S+)\n/.exec(text));
    const files = Object.fromEntries(named.flatMap((found) => (found === null ? [] : [[found[1], found.input]])));
    expect(Object.keys(files)).toEqual(["main.cf", "login_senders"]);
    const { shown, printed } = await shownAndPrinted("docs/local-submission.md", files);
    expect(shown).toBe(printed);
  });
});

describe("every configuration on a page is one", () => {
  // A list is one of another program; docs/who-may-send-as-whom.md has grants too, and is run.
  const configs = [
    "README.md",
    ...readdirSync(new URL("../../../../docs", import.meta.url)).map((name) => `docs/${name}`),
  ]
    .filter((path) => path.endsWith(".md") && path !== "docs/who-may-send-as-whom.md")
    .flatMap((path) =>
      blocksOf(page(path)).flatMap(({ language, text }) =>
        language === "yaml" && !text.startsWith("- ") ? [[path, text] as const] : [],
      ),
    );

  it.each(configs)("%s: %s", (path, text) => {
    expect(() => parseConfig(text, path)).not.toThrow();
  });

  it("of the README and of docs", () => {
    const pages = configs.map(([path]) => path);
    expect(pages).toContain("README.md");
    expect(pages).toContain("docs/edits.md");
  });
});
