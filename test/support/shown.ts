import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { page } from "./named-blocks.js";

/** A code block, and the page that shows it. */
export interface Shown {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const names = (folder: string) => readdirSync(root(folder));
const markdown = (folder: string) =>
  names(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name}`);

/** Every page for readers, by its path from the root. */
export const PAGES: readonly string[] = [
  ...names(".").filter((name) => name.endsWith(".md")),
  ...markdown("docs"),
  ...markdown("docs/adr"),
  ...["packages", "examples"].flatMap((folder) => names(folder).map((name) => `${folder}/${name}/README.md`)),
].filter((path) => existsSync(root(path)));

/** Every code block of every page. */
export const SHOWN: readonly Shown[] = PAGES.flatMap((path) =>
  [...page(path).matchAll(/^ *```(\w*)\n(.*?)^ *```$/gms)].map(([, language = "", text = ""]) => ({
    page: path,
    language,
    text,
  })),
);
