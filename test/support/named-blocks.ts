import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A page of the repository, by its path from the root. */
export function page(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
}

/** The files that a page shows: each block behind a paragraph that begins with the name of the file in backquotes. */
export function namedBlocks(text: string): Readonly<Record<string, string>> {
  const named = text.matchAll(/^`([\w./-]+)`[^\n]*(?:\n[^\n`]+)*\n\n```\w*\n(.*?)^```$/gms);
  return Object.fromEntries([...named].map(([, name = "", block = ""]) => [name, block]));
}

/** The command of an SMTP client that a page shows, and the reply. */
export function shownReply(text: string): { readonly command: string; readonly reply: string } {
  const [, command = "", reply = ""] = /^```\n(MAIL FROM:\S+)\n(\d{3} [^\n]*)\n```$/m.exec(text) ?? [];
  return { command, reply };
}
