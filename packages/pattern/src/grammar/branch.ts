import { posixItem, readBracket } from "../bracket.js";
import { type ByteSet, POSIX_SETS } from "../byte-set.js";
import { readCounts } from "../cursor.js";
import type { Mode, Node } from "../syntax.js";
import { readBackslash } from "./backslash.js";
import { skipComment } from "./comment.js";
import { readParenthesis } from "./group.js";
import {
  assertion,
  complementNode,
  fixed,
  type GroupOptions,
  type Item,
  isLiteral,
  item,
  literal,
  nextChar,
  notNewline,
  type ParseState,
  setNode,
} from "./state.js";

/** A branch as it is read: its items, whether a quantifier may follow the last, how large that is, and if copies of it are. */
interface Branch {
  readonly items: Node[];
  repeatable: boolean;
  lastSize: number;
  copies: boolean;
}

// Code units of PCRE2, at most: of an octet, another item, a class, what begins and ends a group, and a copy of one.
const LITERAL_SIZE = 2;
const ITEM_SIZE = 10;
const CLASS_SIZE = 40;
const GROUP_SIZE = 12;
const COPY_SIZE = 7;

const WORD: ByteSet = POSIX_SETS.word ?? [];

/** Reads branches up to a closing parenthesis, which stays, or the end. */
export function readBranches(state: ParseState, options: GroupOptions): readonly Node[] {
  const { cursor } = state;
  const branches: Node[] = [];
  const firstGroup = state.groups;
  let lastGroup = firstGroup;
  for (;;) {
    if (options.resetNumbers) state.groups = firstGroup;
    branches.push(readBranch(state));
    state.size += COPY_SIZE;
    lastGroup = Math.max(lastGroup, state.groups);
    if (cursor.peek() !== "|") break;
    cursor.next();
  }
  state.groups = lastGroup;
  return branches;
}

function readBranch(state: ParseState): Node {
  const { cursor } = state;
  const branch: Branch = { items: [], repeatable: false, lastSize: 0, copies: false };
  while (!cursor.atEnd && cursor.peek() !== "|" && cursor.peek() !== ")") {
    if (skipComment(state) || readQuoted(state, branch)) continue;
    const { size } = state;
    const start = cursor.position;
    const read = readItem(state, branch);
    if (read !== undefined) {
      branch.items.push(read.node);
      state.size += sizeOf(state, read.node, start);
      branch.lastSize = state.size - size;
      branch.copies = cursor.text[start] === "(" || read.node.type === "call" || read.node.type === "look";
    }
    branch.repeatable = read?.repeatable ?? false;
  }
  const [only] = branch.items;
  // A branch that is one group of alternatives is not the alternatives of the group around it, nor is a group of one
  // lookaround that lookaround: lookbehinds tell.
  const isPlain = only !== undefined && only.type !== "alternatives" && only.type !== "look";
  if (isPlain && branch.items.length === 1) return only;
  return { type: "sequence", items: branch.items };
}

/** How large an item is, less what stands in its parentheses. */
function sizeOf({ cursor, utf, depth }: ParseState, node: Node, start: number): number {
  if (node.type === "repeat") return 0;
  if (isLiteral(node)) return LITERAL_SIZE;
  const text = cursor.position - start;
  if (cursor.text[start] === "[") return CLASS_SIZE + text * (utf ? ITEM_SIZE : 1);
  if (cursor.text[start] !== "(") return ITEM_SIZE + text;
  return GROUP_SIZE + (node.type === "verb" ? text + 3 * depth : 0);
}

/** Text from `\Q` to `\E` or the end: as it is. */
function readQuoted(state: ParseState, branch: Branch): boolean {
  const { cursor } = state;
  if (!cursor.take("\\Q")) return false;
  while (!cursor.atEnd && !cursor.take("\\E")) {
    branch.items.push(literal(state, nextChar(state)));
    branch.repeatable = true;
    branch.lastSize = state.utf ? ITEM_SIZE : LITERAL_SIZE;
    branch.copies = false;
    state.size += branch.lastSize;
  }
  return true;
}

/** Reads one item, or a change of options, which is none. */
function readItem(state: ParseState, branch: Branch): Item | undefined {
  const { cursor, flags } = state;
  const at = cursor.position;
  switch (cursor.next()) {
    case "^":
      return assertion(flags.multiline ? "line-start" : "start");
    case "$":
      return assertion(flags.multiline ? "line-end" : state.dollarEndOnly ? "end" : "dollar");
    case ".":
      return item(flags.dotAll ? complementNode(state, []) : notNewline(state, at));
    case "[":
      return readClass(state, branch, at);
    case "\\":
      return readBackslash(state, at);
    case "(":
      return readParenthesis(state, at);
    case "*":
      return readRepeat(state, branch, 0, Number.POSITIVE_INFINITY);
    case "+":
      return readRepeat(state, branch, 1, Number.POSITIVE_INFINITY);
    case "?":
      return readRepeat(state, branch, 0, 1);
    case "{": {
      const counts = readCounts(cursor);
      if (counts !== undefined) return readRepeat(state, branch, counts.min, counts.max);
    }
  }
  cursor.position = at;
  return item(literal(state, nextChar(state)));
}

function readRepeat(state: ParseState, branch: Branch, min: number, max: number): Item {
  const { cursor, flags } = state;
  if (!branch.repeatable) cursor.fail(9, cursor.position - 1);
  while (skipComment(state));
  let mode: Mode = flags.ungreedy ? "lazy" : "greedy";
  if (cursor.take("+")) mode = "possessive";
  else if (cursor.take("?")) mode = flags.ungreedy ? "greedy" : "lazy";
  const body = branch.items.pop()!;
  const most = body.type === "look" ? min + 1 : min;
  const copies = Math.max(max === Number.POSITIVE_INFINITY ? most : max, 1);
  state.size += branch.copies
    ? (branch.lastSize + COPY_SIZE) * copies - branch.lastSize + COPY_SIZE
    : branch.lastSize + ITEM_SIZE;
  return fixed({ type: "repeat", body, min, max, mode });
}

function readClass(state: ParseState, branch: Branch, at: number): Item {
  const { cursor, flags, utf } = state;
  const boundary = cursor.take("[:<:]]") ? "<" : cursor.take("[:>:]]") ? ">" : undefined;
  if (boundary !== undefined) {
    // Two items: a quantifier is one of the second.
    branch.items.push(assertion("word-boundary").node);
    const word: Node = { type: "set", set: WORD };
    return item({ type: "look", behind: boundary === ">", negative: false, atomic: true, body: word, at });
  }
  const posix = posixItem(cursor.text, at);
  if (posix !== undefined) cursor.fail(posix.kind === ":" ? 12 : 13, at);
  const bracket = readBracket(cursor, { caseless: flags.caseless, skipBlanks: flags.extendedMore, utf });
  if ("set" in bracket) {
    state.namesLineEnd ||= bracket.namesLineEnd;
    return item(setNode(state, bracket.set));
  }
  return item({ type: "unsupported", what: `${bracket.property} in a class`, at });
}
