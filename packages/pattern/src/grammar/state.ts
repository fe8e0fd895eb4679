import { type ByteSet, byteSet, complement, foldCase, LAST_CHAR, union } from "../byte-set.js";
import type { Cursor } from "../cursor.js";
import { otherCases } from "../machine/case-folding.js";
import type { Newline } from "../machine/program.js";
import { readChar } from "../machine/text.js";
import type { ErrorNumber } from "../messages.js";
import type { Assertion, Node } from "../syntax.js";

/** The options that a pattern can change as it goes. */
export interface Flags {
  readonly caseless: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly extended: boolean;
  readonly extendedMore: boolean;
  readonly ungreedy: boolean;
  readonly noAutoCapture: boolean;
  readonly duplicateNames: boolean;
}

/** A fault to report when the whole pattern is read: unless the group exists, where it is about one. */
interface LateCheck {
  readonly number: ErrorNumber;
  readonly at: number;
  readonly to?: number | string;
  readonly node?: Node;
}

/** How a group's branches are read. */
export interface GroupOptions {
  readonly flags?: Flags;
  /** `(?|`: each alternative numbers its groups from the same number. */
  readonly resetNumbers?: boolean;
}

/** What is known while a pattern is read. */
export interface ParseState {
  readonly cursor: Cursor;
  flags: Flags;
  depth: number;
  lookDepth: number;
  /** The number of the last group opened; within `(?|` it goes back. */
  groups: number;
  captureCount: number;
  readonly names: Map<string, number[]>;
  readonly nameOf: Map<number, string>;
  /** What PCRE2 finds only when it compiles, in order. */
  readonly late: LateCheck[];
  readonly dollarEndOnly: boolean;
  namesLineEnd: boolean;
  resetsNumbers: boolean;
  readonly utf: boolean;
  readonly newline: Newline;
  /** Code units that PCRE2 compiles what was read to, at most. */
  size: number;
  /** Reads branches up to a closing parenthesis, which stays, or the end. */
  readonly readBranches: (state: ParseState, options: GroupOptions) => readonly Node[];
}

/** An item, and whether a quantifier may follow it. */
export interface Item {
  readonly node: Node;
  readonly repeatable: boolean;
}

/** An item that a quantifier may follow. */
export function item(node: Node): Item {
  return { node, repeatable: true };
}

/** An item that no quantifier may follow. */
export function fixed(node: Node): Item {
  return { node, repeatable: false };
}

/** A zero-width test. */
export function assertion(kind: Assertion): Item {
  return fixed({ type: "assertion", kind });
}

/** Branches as one node. */
export function alternatives(branches: readonly Node[]): Node {
  return branches.length === 1 ? branches[0]! : { type: "alternatives", items: branches };
}

const setNodes = new Map<number, Node>();
const literals = new Set<Node>();

/** The node of one octet, shared: patterns are mostly literals. */
function byteNode(byte: number, caseless: boolean): Node {
  const key = caseless ? byte | 0x100 : byte;
  let node = setNodes.get(key);
  if (node === undefined) {
    const set = byteSet([byte, byte]);
    node = { type: "set", set: caseless ? foldCase(set) : set };
    setNodes.set(key, node);
    literals.add(node);
  }
  return node;
}

/** Whether a node is that of an octet, and not of a class. */
export function isLiteral(node: Node): boolean {
  return literals.has(node);
}

/** The node of an octet, or of a character of UTF-8. */
export function literal(state: ParseState, char: number): Node {
  state.namesLineEnd ||= char === 10 || char === 13;
  const { caseless } = state.flags;
  if (!state.utf) return byteNode(char, caseless);
  const chars = [char, ...(caseless ? otherCases(char) : [])];
  return setNode(state, byteSet(...chars.map((c): [number, number] => [c, c])));
}

/** The node of a set of octets or characters. */
export function setNode(state: ParseState, set: ByteSet): Node {
  const isWide = state.utf && (set.at(-1)?.[1] ?? 0) > 0x7f;
  return isWide ? { type: "chars", ranges: set } : { type: "set", set };
}

/** Anything but these. */
export function complementNode(state: ParseState, set: ByteSet): Node {
  return setNode(state, complement(set, state.utf ? LAST_CHAR : 255));
}

/** The octet or character here, which is then behind. */
export function nextChar({ cursor, utf }: ParseState): number {
  if (!utf) return cursor.next().charCodeAt(0);
  const { char, end } = readChar(cursor.text, cursor.position);
  cursor.position = end;
  return char;
}

/** CR and LF, in this order. */
export const CRLF: Node = { type: "sequence", items: [byteNode(13, false), byteNode(10, false)] };
/** What `.` leaves out, by the newline convention; with CRLF it is more than one octet. */
const LINE_ENDS: Readonly<Record<Exclude<Newline, "CRLF">, ByteSet>> = {
  LF: [[10, 10]],
  CR: [[13, 13]],
  NUL: [[0, 0]],
  ANYCRLF: byteSet([10, 10], [13, 13]),
  ANY: byteSet([10, 13], [0x85, 0x85]),
};

/** Anything but a line end. */
export function notNewline(state: ParseState, at: number): Node {
  if (state.newline !== "CRLF") {
    const ends = LINE_ENDS[state.newline];
    return complementNode(state, state.utf && state.newline === "ANY" ? union(ends, [[0x2028, 0x2029]]) : ends);
  }
  const look: Node = { type: "look", behind: false, negative: true, atomic: true, body: CRLF, at };
  return { type: "sequence", items: [look, complementNode(state, [])] };
}
