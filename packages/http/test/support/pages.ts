import { readFileSync } from "node:fs";

/** A page in docs. */
export function pageOf(name: string): string {
  return readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), "utf8");
}

/** The blocks of one language on a page in docs. */
export function blocksOf(name: string, language: string): readonly string[] {
  const blocks = [...pageOf(name).matchAll(/^```(\w*)\n(.*?)^```$/gms)];
  return blocks.filter(([, of]) => of === language).map(([, , block = ""]) => block);
}
