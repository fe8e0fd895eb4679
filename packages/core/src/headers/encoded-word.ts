import type { CharsetReading } from "./charset.js";
import { utf8 } from "./octets.js";
import { readOctets } from "./other-tables.js";

/** What readers show for text that may hold encoded-words. */
export interface DecodedText {
  /** What most readers show: neighbours decoded one by one, and joined where that differs. */
  readonly texts: readonly string[];
  /** What some readers show beside that. */
  readonly rareTexts: readonly string[];
  /** An encoded-word is in a charset that cannot be read. */
  readonly unknownCharset: boolean;
  /** Text looks like an encoded-word but breaks its form: a blank inside, bad base64, no end. */
  readonly broken: boolean;
}

/**
 * Decodes encoded-words wherever they stand, as tolerantly as readers do; only after parsing, never before.
 *
 * Blanks between two encoded-words vanish. Where readers differ there are several readings: neighbours joined before or after
 * decoding, what stands behind padding in bad base64 read or not, either order of UTF-16 octets, words left as they are.
 *
 * @see RFC 2047 section 6
 */
export function decodeText(text: string): DecodedText {
  if (!text.includes("=?")) return { texts: [text], rareTexts: [], unknownCharset: false, broken: false };
  const whole = readPieces(takeApart(text, false));
  // A word within a word: some readers take the outer one, others the inner.
  return whole.isNested ? joinTexts(whole, readPieces(takeApart(text, true))) : whole;
}

interface Pieces {
  readonly pieces: readonly (string | Word)[];
  readonly broken: boolean;
}

function readPieces({ pieces, broken }: Pieces): DecodedText & { readonly isNested: boolean } {
  const words = pieces.filter((piece) => typeof piece !== "string");
  const anyBroken = words.some((word) => word.broken);
  const readings = Math.max(1, ...words.map((word) => word.usual.texts.length));
  const texts = new Set<string>();
  const rare = new Set(words.map((word) => word.content).filter((content) => content.includes("@")));
  for (const join of words.length > 1 ? (["none", "octets"] as const) : (["none"] as const)) {
    texts.add(render(pieces, { ...USUAL, join }));
    for (let reading = 1; reading < readings; reading++) rare.add(render(pieces, { ...USUAL, join, reading }));
  }
  // Words that keep their form hold whole digit groups and whole `=40`: only broken ones leave a choice.
  for (const join of anyBroken ? (["none", "content"] as const) : []) {
    for (const [skipsPadding, skipsOdd] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      for (let reading = 0; reading < readings; reading++) {
        rare.add(render(pieces, { join, skipsPadding, skipsOdd, reading }));
      }
    }
  }
  return {
    texts: [...texts],
    rareTexts: [...rare],
    unknownCharset: words.some((word) => !word.usual.known),
    broken: broken || anyBroken,
    isNested: words.some((word) => word.content.includes("=?")),
  };
}

function joinTexts(a: DecodedText, b: DecodedText): DecodedText {
  return {
    texts: [...new Set([...a.texts, ...b.texts])],
    rareTexts: [...a.rareTexts, ...b.rareTexts],
    unknownCharset: a.unknownCharset || b.unknownCharset,
    broken: true,
  };
}

interface Word {
  readonly charset: string;
  readonly encoding: "b" | "q";
  readonly content: string;
  readonly broken: boolean;
  /** What it holds, read by itself and as usual. */
  readonly usual: CharsetReading;
}

interface Reading {
  /**
   * What of neighbours in one charset is joined: nothing, the octets before the charset is read, or what they hold, before
   * base64 or Q is read. The last undoes a split within a digit group or within `=40`.
   */
  readonly join: "none" | "octets" | "content";
  /** Padding within base64 is skipped instead of ending a group of bits. */
  readonly skipsPadding: boolean;
  /** Skipped: `-` and `_` within base64, else read as in its form for URLs, and blanks behind the `=` of Q. */
  readonly skipsOdd: boolean;
  /** Which of the readings of a charset, from 0 on; the first where it has fewer. */
  readonly reading: number;
}

const USUAL: Reading = { join: "none", skipsPadding: false, skipsOdd: false, reading: 0 };
const MAX_CHARSET = 90;
const MAX_ENCODING = 10;

/** Text as literals and words. A word ends at its `?=`; with `splits`, also where another begins. */
function takeApart(text: string, splits: boolean): Pieces {
  const pieces: (string | Word)[] = [];
  const lastEnd = text.lastIndexOf("?=");
  let broken = false;
  let from = 0;
  let at = text.indexOf("=?");
  while (at >= 0) {
    const found = wordAt(text, at, lastEnd, splits);
    if (found === undefined) {
      at = text.indexOf("=?", at + 2);
      continue;
    }
    if (found.word === undefined) broken = true;
    else {
      const between = text.slice(from, at);
      if (pieces.length === 0 || !/^[ \t]*$/.test(between)) pieces.push(between);
      pieces.push(found.word);
      from = found.end;
    }
    at = text.indexOf("=?", found.end);
  }
  pieces.push(text.slice(from));
  return { pieces, broken };
}

/** The encoded-word at `start`; without a word where the text only looks like one; undefined where it does not. */
function wordAt(
  text: string,
  start: number,
  lastEnd: number,
  splits: boolean,
): { readonly word: Word | undefined; readonly end: number } | undefined {
  const charsetEnd = text.indexOf("?", start + 2);
  if (charsetEnd < 0 || charsetEnd - start > MAX_CHARSET) return undefined;
  const encodingEnd = text.indexOf("?", charsetEnd + 1);
  if (encodingEnd < 0 || encodingEnd - charsetEnd > MAX_ENCODING) return undefined;
  const label = text.slice(start + 2, charsetEnd);
  const encodingText = text.slice(charsetEnd + 1, encodingEnd);
  const encoding = encodingText.trim().toLowerCase();
  const from = encodingEnd + 1;
  const closed = lastEnd >= from;
  if (encoding !== "b" && encoding !== "q") return closed ? { word: undefined, end: start + 2 } : undefined;
  const inner = splits ? text.indexOf("=?", from) : -1;
  // No further than to the word within, or words that all end in one place take the square of their length.
  const span = inner < 0 ? text : text.slice(0, inner + 1);
  const end = closed ? span.indexOf("?=", from) : endOfRun(span, from);
  const isCut = inner >= 0 && (end < 0 || inner < end);
  const close = isCut ? inner : end;
  const content = text.slice(from, close);
  const charset = label.trim().replace(/\*.*$/, "").toLowerCase();
  const wellFormed = encoding === "b" ? isBase64(content) : /^(?:[^\s=]|=[0-9A-Fa-f]{2})*$/.test(content);
  const broken =
    !closed ||
    isCut ||
    !wellFormed ||
    charset === "" ||
    /[\s?]|[^\x00-\x7f]/.test(content) ||
    /\s/.test(label) ||
    encoding.length !== encodingText.length;
  const known = charset === "" ? "utf-8" : charset;
  const usual = readOctets(known, octetsOf({ encoding, content }, USUAL));
  return {
    word: { charset: known, encoding, content, broken, usual },
    end: closed && !isCut ? close + 2 : close,
  };
}

function endOfRun(text: string, from: number): number {
  const blank = text.indexOf(" ", from);
  return blank < 0 ? text.length : blank;
}

function isBase64(content: string): boolean {
  return content.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(content);
}

function render(pieces: readonly (string | Word)[], reading: Reading): string {
  let text = "";
  let index = 0;
  while (index < pieces.length) {
    const piece = pieces[index]!;
    index++;
    if (typeof piece === "string") {
      text += piece;
      continue;
    }
    const run = [piece];
    while (reading.join !== "none") {
      const next = pieces[index];
      if (next === undefined || typeof next === "string" || next.charset !== piece.charset) break;
      run.push(next);
      index++;
    }
    const isUsual = run.length === 1 && !reading.skipsPadding && !reading.skipsOdd;
    const { texts } = isUsual ? piece.usual : readOctets(piece.charset, octetsOfRun(run, reading));
    text += texts[reading.reading] ?? texts[0] ?? "";
  }
  return text;
}

function octetsOfRun(run: readonly Word[], reading: Reading): Uint8Array {
  const [first] = run;
  if (run.length === 1 && first !== undefined) return octetsOf(first, reading);
  const words = reading.join === "content" ? joinContents(run) : run;
  return Uint8Array.from(words.flatMap((word) => [...octetsOf(word, reading)]));
}

/** Neighbours in one encoding as one word each. */
function joinContents(run: readonly Word[]): readonly Pick<Word, "encoding" | "content">[] {
  const joined: { encoding: Word["encoding"]; content: string }[] = [];
  for (const { encoding, content } of run) {
    const last = joined.at(-1);
    if (last?.encoding === encoding) last.content += content;
    else joined.push({ encoding, content });
  }
  return joined;
}

function octetsOf(word: Pick<Word, "encoding" | "content">, reading: Reading): Uint8Array {
  return word.encoding === "b" ? readBase64(word.content, reading) : readQ(word.content, reading);
}

/** Q encoding: `_` is a blank, `=XX` an octet, everything else itself (RFC 2047 section 4.2). */
function readQ(content: string, { skipsOdd }: Reading): Uint8Array {
  const octets = utf8(skipsOdd ? content.replace(/=[ \t]+(?=[0-9A-Fa-f])/g, "=") : content);
  let length = 0;
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at]!;
    const value = octet === 0x3d && at + 2 < octets.length ? hexValue(octets[at + 1]!, octets[at + 2]!) : -1;
    if (value >= 0) at += 2;
    // In place: what is written never overtakes what is read.
    octets[length++] = value >= 0 ? value : octet === 0x5f ? 0x20 : octet;
  }
  return octets.slice(0, length);
}

/** Negative where the two are no hexadecimal digits. */
function hexValue(high: number, low: number): number {
  const a = digitValue(high);
  const b = digitValue(low);
  return a < 0 || b < 0 ? -1 : a * 16 + b;
}

function digitValue(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const letter = octet | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

const DIGITS = new Map(
  [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].map((char, value) => [char, value]),
);
const URL_DIGITS = new Map([...DIGITS, ["-", 62], ["_", 63]]);

/** Base64, what is no digit skipped. */
function readBase64(content: string, { skipsPadding, skipsOdd }: Reading): Uint8Array {
  const digits = skipsOdd ? DIGITS : URL_DIGITS;
  const out: number[] = [];
  let bits = 0;
  let held = 0;
  for (const char of content) {
    const digit = digits.get(char);
    if (digit === undefined) {
      if (char === "=" && !skipsPadding) bits = 0;
      continue;
    }
    held = ((held << 6) | digit) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out.push((held >> bits) & 0xff);
  }
  return Uint8Array.from(out);
}
