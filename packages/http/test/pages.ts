import { readFileSync } from "node:fs";

/** The blocks of one language on a page in docs. */
export function blocksOf(page: string, language: string): readonly string[] {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), "utf8");
  const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)];
  return blocks.filter(([, of]) => of === language).map(([, , block = ""]) => block);
}
