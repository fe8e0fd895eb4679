import { complement, ESCAPE_SETS } from "../byte-set.js";
import type { Node } from "../syntax.js";
import { ANCHORS } from "./anchors.js";

type TokenKind =
  | "byte"
  | "dot"
  | "set"
  | "anchor"
  | "reference"
  | "open"
  | "close"
  | "bracket"
  | "repeat"
  | "open-count"
  | "close-count"
  | "alternative"
  | "end"
  | "backslash";

/** A piece of a pattern, in either syntax. */
export interface Token {
  readonly kind: TokenKind;
  readonly char: string;
  /** Behind a backslash. */
  readonly escaped?: boolean;
  /** Of `set` and `anchor`. */
  readonly node?: Node;
}

/** Which characters mean what. */
export interface TokenSyntax {
  readonly extended: boolean;
  readonly newlineSensitive: boolean;
}

/**
 * Reads the token at a place.
 *
 * @param text the pattern as it is matched: in capitals where case is ignored
 * @param raw the pattern as written, as what is behind a backslash stays
 * @param caretHere whether a `^` is an anchor here in the basic syntax too
 */
export function tokenAt(text: string, raw: string, at: number, syntax: TokenSyntax, caretHere: boolean): Token {
  const char = text[at];
  if (char === undefined) return { kind: "end", char: "" };
  if (char === "\\") {
    const next = raw[at + 1];
    return next === undefined ? { kind: "backslash", char } : escapedToken(next, syntax.extended);
  }
  if (char === "^" && (syntax.extended || caretHere || at === 0)) {
    return { kind: "anchor", char, node: syntax.newlineSensitive ? ANCHORS.innerLineStart : ANCHORS.lineStart };
  }
  if (char === "$" && (syntax.extended || endsBasic(tokenAt(text, raw, at + 1, syntax, false)))) {
    return { kind: "anchor", char, node: syntax.newlineSensitive ? ANCHORS.innerLineEnd : ANCHORS.lineEnd };
  }
  return { kind: (syntax.extended ? EXTENDED : BASIC)[char] ?? "byte", char };
}

/** Whether a `$` before this token is an anchor in the basic syntax. */
function endsBasic({ kind }: Token): boolean {
  return kind === "end" || kind === "alternative" || kind === "close";
}

function escapedToken(char: string, extended: boolean): Token {
  if (/[1-9]/.test(char)) return { kind: "reference", char, escaped: true };
  const node = GNU_ESCAPES[char];
  if (node !== undefined) return { kind: node.type === "set" ? "set" : "anchor", node, char, escaped: true };
  return { kind: (extended ? undefined : OPERATORS[char]) ?? "byte", char, escaped: true };
}

/** Plain in the extended syntax, behind a backslash in the basic one. */
const OPERATORS: Readonly<Record<string, TokenKind>> = {
  "+": "repeat",
  "?": "repeat",
  "|": "alternative",
  "(": "open",
  ")": "close",
  "{": "open-count",
  "}": "close-count",
};
const BASIC: Readonly<Record<string, TokenKind>> = { "*": "repeat", ".": "dot", "[": "bracket" };
const EXTENDED: Readonly<Record<string, TokenKind>> = { ...BASIC, ...OPERATORS };
const { w: WORD = [], s: SPACE = [] } = ESCAPE_SETS;
const GNU_ESCAPES: Readonly<Record<string, Node>> = {
  w: { type: "set", set: WORD },
  W: { type: "set", set: complement(WORD) },
  s: { type: "set", set: SPACE },
  S: { type: "set", set: complement(SPACE) },
  "<": ANCHORS.wordStart,
  ">": ANCHORS.wordEnd,
  b: ANCHORS.wordBoundary,
  B: ANCHORS.noWordBoundary,
  "`": ANCHORS.start,
  "'": ANCHORS.end,
};
