import { ANY_BYTE } from "../byte-set.js";
import { readName, readNumber } from "../cursor.js";
import { readEscape } from "../escape.js";
import { readProperty } from "../properties.js";
import type { Node } from "../syntax.js";
import {
  assertion,
  CRLF,
  complementNode,
  fixed,
  type Item,
  item,
  literal,
  notNewline,
  type ParseState,
  setNode,
} from "./state.js";

/** The largest group number that PCRE2 reads. */
export const MAX_GROUP_NUMBER = 65_535;

const TERMINATORS: Readonly<Record<string, string>> = { "{": "}", "<": ">", "'": "'" };

/** Reads the item whose backslash is behind the cursor. */
export function readBackslash(state: ParseState, at: number): Item {
  const { cursor } = state;
  const escaped = readEscape(cursor, state.groups, false, state.utf);
  switch (escaped.kind) {
    case "byte":
      return item(literal(state, escaped.byte));
    case "set":
      return item(setNode(state, escaped.set));
    case "reference":
      return addReference(state, escaped.number, at, cursor.position - 1);
    case "letter":
      return readLetter(state, escaped.letter, at);
  }
}

function readLetter(state: ParseState, letter: string, at: number): Item {
  const { cursor, utf } = state;
  switch (letter) {
    case "A":
    case "G":
      return assertion("start");
    case "Z":
      return assertion("dollar");
    case "z":
      return assertion("end");
    case "b":
      return assertion("word-boundary");
    case "B":
      return assertion("no-word-boundary");
    case "N":
      return item(notNewline(state, at));
    case "C":
      return item(utf ? { type: "unsupported", what: "\\C", at } : { type: "set", set: ANY_BYTE });
    case "R":
      return item({ type: "newline-sequence", at });
    case "X":
      if (utf) return item({ type: "unsupported", what: "\\X", at });
      // No octet read as a character extends the one before it; CR and LF stay together.
      return item({ type: "atomic", body: { type: "alternatives", items: [CRLF, complementNode(state, [])] }, at });
    case "K":
      if (state.lookDepth > 0) state.late.push({ number: 99, at: cursor.text.length });
      return fixed({ type: "keep", at });
    case "k":
      return readNamedReference(state, at);
    case "g":
      return readG(state, at);
    default: {
      const property = readProperty(cursor, letter, utf);
      if (property.set !== undefined) return item({ type: "set", set: property.set });
      return item({ type: "unsupported", what: property.text, at });
    }
  }
}

/** A back reference, and the check that its group exists. */
export function addReference(state: ParseState, to: number | string, at: number, faultAt: number): Item {
  const node: Node = { type: "reference", to, caseless: state.flags.caseless, at };
  state.late.push({ number: 15, to, at: faultAt, node });
  return item(node);
}

/** A call, and the check that its group exists. */
export function addCall(state: ParseState, to: number | string, at: number, faultAt: number): Item {
  const node: Node = { type: "call", to, at };
  state.late.push({ number: 15, to, at: faultAt, node });
  return item(node);
}

function readNamedReference(state: ParseState, at: number): Item {
  const { cursor } = state;
  const terminator = TERMINATORS[cursor.peek()];
  if (terminator === undefined) return cursor.fail(69);
  cursor.next();
  return readReferenceName(state, terminator, at);
}

/** A back reference by name, from the name on. */
function readReferenceName(state: ParseState, terminator: string, at: number): Item {
  const { cursor } = state;
  if (terminator === "}") cursor.skipBlanks();
  const start = cursor.position;
  return addReference(state, readName(cursor, terminator), at, start);
}

/** `\g`: a reference in braces or bare, a call in angle brackets or quotes. */
function readG(state: ParseState, at: number): Item {
  const { cursor } = state;
  const start = cursor.position;
  const terminator = TERMINATORS[cursor.peek()];
  if (terminator !== undefined) cursor.next();
  if (terminator === "}") cursor.skipBlanks();
  const isCall = terminator === ">" || terminator === "'";
  const nameStart = cursor.position;
  const number = readRelative(state, terminator === undefined ? undefined : start);
  if (number === undefined) {
    if (terminator === undefined) return cursor.fail(57, start);
    if (!isCall) return readReferenceName(state, terminator, at);
    return addCall(state, readName(cursor, terminator), at, nameStart);
  }
  if (terminator === "}") cursor.skipBlanks();
  if (terminator !== undefined && !cursor.take(terminator)) cursor.fail(57, start);
  if (isCall) return addCall(state, number, at, cursor.position - 1);
  if (number <= 0) cursor.fail(15);
  return addReference(state, number, at, cursor.position - 1);
}

/**
 * A group number, perhaps relative; undefined where no number stands.
 *
 * @param faultAt where faults are reported, if not where they are
 */
export function readRelative(state: ParseState, faultAt?: number): number | undefined {
  const { cursor } = state;
  const start = cursor.position;
  const sign = /[+-]/.test(cursor.peek()) ? cursor.next() : "";
  const limit = sign === "+" ? MAX_GROUP_NUMBER - state.groups : MAX_GROUP_NUMBER;
  const number = readNumber(cursor, limit, 61, faultAt);
  if (number === undefined) {
    cursor.position = start;
    return undefined;
  }
  if (sign === "") return number;
  if (number === 0) cursor.fail(26, faultAt);
  if (sign === "+") return state.groups + number;
  if (number > state.groups) cursor.fail(15, faultAt);
  return state.groups - number + 1;
}
