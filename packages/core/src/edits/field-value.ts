import { decodeText } from "../headers/encoded-word.js";
import { utf8 } from "../headers/octets.js";
import { tokenise } from "../headers/tokens.js";

/** Octets of a line without its CRLF that no fold may pass (RFC 5322 section 2.1.1), and those that it should not. */
const MAX_LINE_OCTETS = 998;
const FOLD_AT_OCTETS = 78;
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\p{Surrogate}]/u;

/**
 * A value for a field of that name, folded before blanks so that lines stay under 78 octets where they can.
 *
 * Unfolding gives the text back, without blanks at its ends. Undefined where the text holds controls, line ends or lone
 * surrogates, or a piece without blanks that does not fit into a line of 998 octets.
 *
 * @see RFC 5322 section 2.2.3
 */
export function foldValue(name: string, text: string): string | undefined {
  if (CONTROL.test(text)) return undefined;
  let folded = "";
  let line = name.length + 2;
  for (const piece of text.trim().match(/[ \t]*[^ \t]+/g) ?? []) {
    const octets = utf8(piece).length;
    if (folded !== "" && line + octets > FOLD_AT_OCTETS) {
      folded += "\r\n";
      line = 0;
    }
    folded += piece;
    line += octets;
    if (line > MAX_LINE_OCTETS) return undefined;
  }
  return folded;
}

/**
 * Text as a phrase: quoted where it is printable ASCII, else as encoded-words of at most 75 octets.
 *
 * @see RFC 5322 section 3.2.5, RFC 2047 sections 2 and 5
 */
export function formatPhrase(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes("=?")) return `"${text.replace(/["\\]/g, "\\$&")}"`;
  const words: string[] = [];
  let chunk = "";
  for (const char of text) {
    if (utf8(chunk + char).length > MAX_WORD_OCTETS) {
      words.push(chunk);
      chunk = "";
    }
    chunk += char;
  }
  return [...words, chunk].map((word) => `=?utf-8?B?${btoa(String.fromCharCode(...utf8(word)))}?=`).join(" ");
}

/** 60 characters of base64 beside `=?utf-8?B?` and `?=`. */
const MAX_WORD_OCTETS = 45;

/**
 * The display name before the one angle address of an unfolded value, decoded; undefined where there is none, or where readers
 * could differ in what it says.
 */
export function displayName(value: string, maxNesting: number): string | undefined {
  const { tokens } = tokenise(value, maxNesting);
  const angle = tokens.findIndex(({ kind, text }) => kind === "special" && text === "<");
  if (angle <= 0) return undefined;
  const name = tokens
    .slice(0, angle)
    .map(({ text, blank }, index) => (blank && index > 0 ? ` ${text}` : text))
    .join("");
  const { texts, rareTexts, unknownCharset, broken } = decodeText(name);
  const [decoded = ""] = texts;
  const isOpen = texts.length > 1 || rareTexts.length > 0 || unknownCharset || broken || decoded.includes("=?");
  return isOpen || decoded.trim() === "" || CONTROL.test(decoded) ? undefined : decoded.trim();
}
