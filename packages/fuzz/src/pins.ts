import { decodeWords, fieldValues } from "./readers/lenient.js";
import { isStrictList } from "./strict.js";

interface Pin {
  readonly name: string;
  readonly readers: RegExp;
  /** What a strict value must hold for the fault to show. */
  readonly holds: (value: string) => boolean;
}

/** Faults of readers on mail of the strict grammar, each by what brings it about and why the reader is wrong. */
const PINS: readonly Pin[] = [
  {
    // RFC 5322 section 3.2.2: a comment within the angle is CFWS, and no part of the address.
    name: "a comment within an angle or beside an address stays in the address",
    readers: /^(?:postal-mime|addressparser|mailparser)/,
    holds: (value) => value.includes("("),
  },
  {
    // RFC 2047 section 6.2: words are decoded after the structure is known, so their specials mean nothing.
    name: "specials of an encoded-word are taken for structure",
    readers: /^(?:lenient|addressparser after decoding|postal-mime|mailparser)$/,
    holds: (value) => decodeWords(value) !== value,
  },
  {
    // RFC 5322 section 3.2.4: blanks within quotes are part of the text; dropped, `"a@b. "c` reads as an address.
    name: "a blank at the end of a quoted word is dropped",
    readers: /^postal-mime$/,
    holds: (value) => /\s"/.test(value),
  },
];

/** The pinned fault of a reader that a message of the strict grammar brings about; undefined where it is none. */
export function pinOf(reader: string, raw: Uint8Array): string | undefined {
  const values = fieldValues(Buffer.from(raw).toString("utf8"), /\r\n/, ["from", "sender"]);
  if (!values.every(isStrictList)) return undefined;
  return PINS.find(({ readers, holds }) => readers.test(reader) && values.some(holds))?.name;
}
