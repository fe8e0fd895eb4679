import { type Stats, statSync } from "node:fs";
import { stat } from "node:fs/promises";

/** What changes when a file does: its identity, size and times. Where it cannot be looked at, one word. */
export async function stampOf(file: string): Promise<string> {
  return format(await stat(file).catch(() => undefined));
}

/** {@link stampOf}, for who cannot wait. */
export function stampOfSync(file: string): string {
  try {
    return format(statSync(file));
  } catch {
    return format(undefined);
  }
}

function format(found: Stats | undefined): string {
  return found === undefined ? "gone" : `${found.dev} ${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}`;
}
