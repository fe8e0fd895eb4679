import { isBlank, LF } from "./octets.js";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const FOLD = /\r?\n(?=[ \t])/g;

/** The value of a field as text without its folds; undefined where it is not valid UTF-8. Only line ends are removed. */
export function fieldText(value: Uint8Array): string | undefined {
  try {
    return unfold(decoder.decode(value));
  } catch {
    return undefined;
  }
}

function unfold(text: string): string {
  return text.includes("\n") ? text.replace(FOLD, "") : text;
}

/** The characters of {@link fieldText} before which a fold was, of a value that is valid UTF-8. */
export function foldsOf(value: Uint8Array): readonly number[] {
  if (!value.includes(LF)) return [];
  const lines = decoder.decode(value).split(FOLD);
  let at = 0;
  return lines.slice(0, -1).map((line) => {
    at += line.length;
    return at;
  });
}

/** Where in the octets of a value the character stands that {@link fieldText} has at `index`. */
export function octetOffset(value: Uint8Array, index: number): number {
  let units = 0;
  for (let at = 0; at < value.length; at++) {
    const octet = value[at]!;
    const fold = value[at] === LF ? isBlank(value[at + 1]) : value[at + 1] === LF && isBlank(value[at + 2]);
    if ((octet === LF || octet === 0x0d) && fold) continue;
    if (octet >= 0x80 && octet < 0xc0) continue;
    if (units >= index) return at;
    units += octet >= 0xf0 ? 2 : 1;
  }
  return value.length;
}
