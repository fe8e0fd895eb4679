import { complement, POSIX_SETS } from "../byte-set.js";
import type { Node } from "../syntax.js";

/** What stands before or behind a place, as bits: glibc's context constraints. */
export const BEFORE_WORD = 1;
export const BEFORE_NOT_WORD = 2;
export const BEFORE_NEWLINE = 4;
export const BEFORE_NOTHING = 8;
export const BEHIND_WORD = 16;
export const BEHIND_NOT_WORD = 32;
export const BEHIND_NEWLINE = 64;
export const BEHIND_NOTHING = 128;

const WORD = POSIX_SETS.word ?? [];

function look(behind: boolean, negative: boolean): Node {
  return { type: "look", behind, negative, atomic: true, body: { type: "set", set: WORD }, at: 0 };
}

/** Each anchor as a node that any engine of this package matches. The objects are their names: see {@link constraintsOf}. */
export const ANCHORS = {
  lineStart: { type: "assertion", kind: "start" },
  lineEnd: { type: "assertion", kind: "end" },
  innerLineStart: {
    type: "look",
    behind: true,
    negative: true,
    atomic: true,
    body: { type: "set", set: complement([[10, 10]]) },
    at: 0,
  },
  innerLineEnd: { type: "assertion", kind: "line-end" },
  start: { type: "assertion", kind: "start" },
  end: { type: "assertion", kind: "end" },
  wordStart: { type: "sequence", items: [look(true, true), look(false, false)] },
  wordEnd: { type: "sequence", items: [look(true, false), look(false, true)] },
  wordBoundary: { type: "assertion", kind: "word-boundary" },
  noWordBoundary: { type: "assertion", kind: "no-word-boundary" },
} as const satisfies Readonly<Record<string, Node>>;

const CONSTRAINTS: ReadonlyMap<Node, readonly number[]> = new Map<Node, readonly number[]>([
  [ANCHORS.lineStart, [BEFORE_NEWLINE]],
  [ANCHORS.lineEnd, [BEHIND_NEWLINE]],
  [ANCHORS.innerLineStart, [BEFORE_NEWLINE]],
  [ANCHORS.innerLineEnd, [BEHIND_NEWLINE]],
  [ANCHORS.start, [BEFORE_NOTHING]],
  [ANCHORS.end, [BEHIND_NOTHING]],
  [ANCHORS.wordStart, [BEFORE_NOT_WORD | BEHIND_WORD]],
  [ANCHORS.wordEnd, [BEFORE_WORD | BEHIND_NOT_WORD]],
  [ANCHORS.wordBoundary, [BEFORE_NOT_WORD | BEHIND_WORD, BEFORE_WORD | BEHIND_NOT_WORD]],
  [ANCHORS.noWordBoundary, [BEFORE_WORD | BEHIND_WORD, BEFORE_NOT_WORD | BEHIND_NOT_WORD]],
]);

/** The constraints of an anchor, one for each of its alternatives; undefined for any other node. */
export function constraintsOf(node: Node): readonly number[] | undefined {
  return CONSTRAINTS.get(node);
}
