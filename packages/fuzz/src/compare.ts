import { canonical, foreignIn } from "./foreign.js";
import type { Message, Shown } from "./message.js";
import { pinOf } from "./pins.js";
import { JAVASCRIPT_READERS } from "./readers/javascript.js";
import { readLeniently } from "./readers/lenient.js";
import type { PythonReader } from "./readers/python.js";
import { refusal } from "./verdict.js";

/** What a message told. */
export type Finding =
  | { readonly kind: "refused" | "accepted" }
  /** Honest mail of the strict grammar, refused. */
  | { readonly kind: "refused-honest"; readonly code: string }
  /** Let through, and yet a reader shows a foreign address. */
  | { readonly kind: "shown"; readonly reader: string; readonly address: string }
  /** The same, of the strict grammar: a known fault of that reader. */
  | { readonly kind: "pinned"; readonly pin: string };

/** Judges a message by the header rule, and holds every reader to what it lets through. */
export async function compare(message: Message, python: PythonReader): Promise<Finding> {
  const code = await refusal(message);
  if (code !== undefined) return message.isHonest ? { kind: "refused-honest", code } : { kind: "refused" };
  let pinned: Finding | undefined;
  for (const { reader, address } of await foreignShown(message, python)) {
    const pin = pinOf(reader, message.raw);
    if (pin === undefined) return { kind: "shown", reader, address };
    pinned = { kind: "pinned", pin };
  }
  return pinned ?? { kind: "accepted" };
}

/** Every reader that shows a foreign address, with the first that it shows. */
export async function foreignShown(
  { raw, owned }: Message,
  python: PythonReader,
): Promise<readonly { readonly reader: string; readonly address: string }[]> {
  const own = new Set(owned.map(canonical));
  const all: [string, Shown][] = [["lenient", readLeniently(raw)], ...Object.entries(await python.read(raw))];
  for (const [name, read] of Object.entries(JAVASCRIPT_READERS)) {
    try {
      all.push([name, await read(raw)]);
    } catch {
      // A reader that gives up shows nothing.
    }
  }
  return all.flatMap(([reader, shown]) => {
    const address = foreignIn(shown, own);
    return address === undefined ? [] : [{ reader, address }];
  });
}
