import { canonical, isGarbledOwn, isNoAddress } from "./foreign.js";
import { ORIGINATORS } from "./message.js";
import { decodeWords, fieldValues, readLeniently } from "./readers/lenient.js";
import { isStrictList } from "./strict.js";

interface Pin {
  readonly name: string;
  readonly readers: RegExp;
  /** Whether the fault makes of a value what is shown in place of one of `own`. */
  readonly explains: (shown: string, value: string, own: ReadonlySet<string>, raw: Uint8Array) => boolean;
}

/**
 * Faults of readers, each by what brings it about, why the reader is wrong, and what it then shows. Where that is garbled, it must
 * tell an own address and no other; whatever else is shown is no fault to be pinned, unless its model makes the very same.
 */
const PINS: readonly Pin[] = [
  {
    // RFC 5322 section 3.2.2: a comment is CFWS, and no part of the address; it nests, and `\)` does not end it.
    name: "comments, their rests or blanks in their place are shown within the address",
    readers: /^(?:postal-mime|mailparser|addressparser)$/,
    explains: (shown, value, own) => value.includes("(") && (isGarbledOwn(shown, own) || isNoAddress(shown)),
  },
  {
    // The same: what follows the first `)` is taken for text, and joined to what stands before the comment. To Python, whose
    // comments end at the CR of a fold, the first behind a fold.
    name: "the rest of a comment is shown at the end of the address",
    readers: /^(?:postal-mime|python compat32)$/,
    explains: (shown, value, own) =>
      isStrictList(value) &&
      [/\s*\([^)]*\)\s*/g, /\s*\([^)]*\)\s*|<[^<>]*>/g].some((less) => value.replace(less, "").includes(shown)) &&
      beginsOwn(shown, own),
  },
  {
    // RFC 5322 section 3.2.5: a blank between the words of a phrase is one.
    name: "a blank behind a quoted string that ends in an own address is dropped",
    readers: /^email-addresses$/,
    explains: (shown, value, own) =>
      isStrictList(value) &&
      !value.includes(shown) &&
      value.replace(/"\s+/g, "").includes(shown) &&
      beginsOwn(shown, own),
  },
  {
    // RFC 5322 section 4.4: blanks and comments around a dot belong to the domain. Cut off behind one label, it is none.
    name: "a domain ends at a blank or comment beside its first dot",
    readers: /^(?:postal-mime|mailparser|addressparser|python compat32)/,
    explains: (shown, value, own) =>
      /\.[\s(]|[\s)]\./.test(value) &&
      isNoAddress(shown) &&
      [...own].some((address) => address.startsWith(canonical(shown))),
  },
  {
    // RFC 5322 section 3.2.4: a fold within quotes or a comment is no more than its blank; here its CR ends them.
    name: "a fold within a quoted string or comment ends it",
    readers: /^python compat32$/,
    explains: (shown, value, own) =>
      /["(].*\r\n.*[")]/s.test(value) && (isGarbledOwn(shown, own) || isNoAddress(shown)),
  },
  {
    // RFC 2047 section 5: an encoded-word is a word by itself; here what only looks like one takes in what follows.
    name: "what looks like an encoded-word hides the quote or angle behind it",
    readers: /^python default$/,
    explains: (shown, value, own) => value.includes("=?") && isGarbledOwn(shown, own),
  },
  {
    // RFC 2047 section 5: in a comment it is a word, of which nothing stands before the sign; here its beginning is the local part.
    name: "the beginning of an encoded-word that begins with an at sign is taken for a local part",
    readers: /^python compat32$/,
    explains: (shown, value) =>
      isStrictList(value) && /^=\?[^?@]*\?[bq]\?@[^@]*$/i.test(shown) && value.includes(`(${shown}`),
  },
  {
    // RFC 2047 section 6.2: blanks between two encoded-words are not shown; here one is, in the midst of an own address.
    name: "a blank between encoded-words is shown",
    readers: /^python default$/,
    explains: (shown, value, own) => {
      const parts = decodeWords(value.replace(/(\?=)[ \t\r\n]+(?==\?)/g, `$1${BLANK}`)).split(BLANK);
      return (
        isStrictList(value) &&
        parts.some((part) => part.includes(shown)) &&
        [...own].some((address) => isPartOf(shown, address, parts.join("")))
      );
    },
  },
  {
    // The same, section 2: a word without its end is none. Here it goes on to the end of the value, two octets a character.
    name: "a word of UTF-16 without an end takes in what follows",
    readers: /^python default$/,
    explains: (shown, value, own) => {
      const rest = Buffer.from(shown.replace(/[\0-\x7f]/g, ""), "utf16le").toString("latin1");
      return (
        /=\?utf-16/i.test(value) &&
        value.includes(rest) &&
        own.has(canonical(shown.replace(/["\x80-\u{10ffff}]/gu, "")))
      );
    },
  },
  {
    // RFC 5322 section 2.2: lines end in CRLF alone. Other fields may hold any text, so no header is refused for this.
    name: "U+2028, U+2029 or U+0085 in another field is taken for a line end",
    readers: /^lenient$/,
    explains: (shown, _, __, raw) => {
      const text = Buffer.from(raw).toString("utf8");
      const plain = text.replace(/[\u2028\u2029\x85]/g, " ");
      return plain !== text && !readLeniently(Buffer.from(plain)).addresses.includes(shown);
    },
  },
  {
    // The same: here the beginning of one, whose end is no end, stays before the own address that is quoted behind it.
    name: "what only looks like an encoded-word is shown with the address behind it",
    readers: /^(?:email-addresses|python default)$/,
    explains: (shown, value, own) =>
      value.includes("=?") && own.has(canonical(shown.replace(/^=\?[^?]*\?[bq]\?[^\p{L}\p{N}]*/iu, ""))),
  },
  {
    // RFC 5322 section 3.2.2: what a comment shows is text, in which marks may stand before an own address.
    name: "an angle within a comment or quoted string is taken for that of the address",
    readers: /^lenient$/,
    explains: (shown, value, own) =>
      value.replace(/\s/g, "").includes(`<${shown}>`) &&
      (isGarbledOwn(shown, own) || own.has(canonical(shown.replace(/^[^\p{L}\p{N}]+/u, "")))),
  },
  {
    // RFC 2047 section 6.2: words are decoded after the structure is known, so their specials mean nothing.
    name: "specials of an encoded-word are taken for structure by readers that decode first",
    readers: /^(?:lenient|addressparser after decoding)$/,
    explains: (shown, value, own) => decodeWords(value) !== value && (isGarbledOwn(shown, own) || isNoAddress(shown)),
  },
];

/** In place of a blank between encoded-words, which decoding would drop. */
const BLANK = "\0";

/** Whether text has an own address of which only the beginning or the end is shown. */
function isPartOf(shown: string, address: string, text: string): boolean {
  const part = canonical(shown);
  const isEnd = address.startsWith(part) || address.endsWith(part);
  return isEnd && part.length < address.length && text.toLowerCase().includes(address);
}

/** Whether what is shown begins with an own address and goes on, but not with another label. */
function beginsOwn(shown: string, own: ReadonlySet<string>): boolean {
  return Array.from(shown, (next, end) => next !== "." && own.has(canonical(shown.slice(0, end)))).includes(true);
}

/** A value keeps its folds. */
const FIELD_END = /\r\n(?![ \t])/;

/** The pinned fault by which a reader shows what it does; undefined where none explains it. */
export function pinOf(reader: string, shown: string, raw: Uint8Array, own: ReadonlySet<string>): string | undefined {
  const values = fieldValues(Buffer.from(raw).toString("utf8"), FIELD_END, ORIGINATORS);
  return PINS.find(
    ({ readers, explains }) => readers.test(reader) && values.some((value) => explains(shown, value, own, raw)),
  )?.name;
}
