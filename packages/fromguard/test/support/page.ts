import { readFileSync } from "node:fs";
import { main } from "../../src/main.js";
import { testIo } from "./test-io.js";

/** A code block of a page; its language is empty where it names none. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

/** A page of the repository, by its path from the root. */
export function page(path: string): string {
  return readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
}

export function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = "", block = ""]) => ({
    language,
    text: block,
  }));
}

/** The block with what its commands print on standard output, each given the arguments that `runAs` makes of its own. */
export async function replay(
  { text }: Block,
  runAs: (words: readonly string[]) => readonly string[],
  shown: (out: string) => string,
): Promise<string> {
  const printed: string[] = [];
  for (const [, command = ""] of text.matchAll(/^\$ fromguard (.*)$/gm)) {
    const io = testIo();
    await main(runAs(command.split(" ")), io);
    if (io.out() === "") throw new Error(`fromguard ${command} prints nothing: ${io.err()}`);
    printed.push(`$ fromguard ${command}\n${shown(io.out()).trimEnd()}\n`);
  }
  return printed.join("\n");
}
