import { readdir, readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { copyPages } from "../../src/manual/shipped-pages.js";
import { folderWith } from "../support/folder.js";

const root = new URL("../../../../", import.meta.url);
const src = new URL("packages/fromguard/src/", root);

it("every page that the program names is one that the package brings", async () => {
  const to = new URL("docs/", pathToFileURL(`${await folderWith({})}/`));
  const shipped = await copyPages(new URL("docs/", root), to);
  expect(await readdir(to)).toEqual([...shipped].sort());
  const sources = (await readdir(src, { recursive: true })).filter((name) => name.endsWith(".ts"));
  const texts = await Promise.all(sources.map((name) => readFile(new URL(name, src), "utf8")));
  const named = texts.flatMap((text) => [...text.matchAll(/\bdocs\/([a-z-]+\.md)/g)].map(([, page = ""]) => page));
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((page) => !shipped.includes(page))).toEqual([]);
});
