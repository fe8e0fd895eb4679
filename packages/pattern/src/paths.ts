import { type ByteSet, intersection, union } from "./byte-set.js";
import { startsAnywhere } from "./emit.js";
import { isNullable } from "./nullable.js";
import { type Refusal, refuse } from "./refusal.js";
import { type Node, type Pattern, partsOf } from "./syntax.js";

/** Items of a pattern when its counted repeats are written out. */
const MAX_STATES = 4000;
/** Ways through a pattern without unlimited repeats that need no closer look. */
const FEW_PATHS = 64;
/** Ways through a lookbehind. */
const MAX_LOOKBEHIND_PATHS = 64;

/**
 * Refuses a pattern with which a backtracking engine might be made to do more than linear work.
 *
 * Taken are patterns of few ways in all, those with one unlimited run of a class and little behind it, and those whose next
 * octet always tells the way: all seen at a glance. Others may be harmless too; the machine runs them.
 */
export function refuseAmbiguous(pattern: Pattern): Refusal | undefined {
  const size = sizeOf(pattern.root);
  if (size > MAX_STATES) return refuse("too-large", 0, "a pattern of this size");
  if (lookbehindPaths(pattern.root) > MAX_LOOKBEHIND_PATHS)
    return refuse("ambiguous", 0, "a lookbehind of many alternatives");
  const anchored = pattern.anchored || startsAnywhere(pattern.root) || isAnchored(pattern.root);
  const root = withoutSureTail(pattern.root);
  if (waysThrough(root) <= FEW_PATHS || (anchored && (isOneWay(root) || hasOneRun(root)))) return undefined;
  return refuse("ambiguous", 0, "a pattern that can match the same octets in many ways");
}

/** Whether a match can begin at the start only. */
export function isAnchored(node: Node): boolean {
  switch (node.type) {
    case "assertion":
      return node.kind === "start";
    case "sequence": {
      const first = node.items.find((item) => item.type !== "look");
      return first !== undefined && isAnchored(first);
    }
    case "alternatives":
      return node.items.every(isAnchored);
    case "capture":
      return isAnchored(node.body);
    case "repeat":
      return node.min > 0 && isAnchored(node.body);
    default:
      return false;
  }
}

function sizeOf(node: Node): number {
  const inner = partsOf(node).reduce((sum, part) => sum + sizeOf(part), 1);
  if (node.type !== "repeat") return inner;
  const turns = node.max === Number.POSITIVE_INFINITY ? Math.max(node.min, 1) : node.max;
  return inner * Math.max(turns, 1);
}

/**
 * The pattern up to a final `.*` that takes every octet, with or without a `$`: once the engine is there it has matched, so
 * no way through it is ever tried again.
 */
function withoutSureTail(root: Node): Node {
  const items = [...flatten(root)];
  while (isEnd(items.at(-1))) items.pop();
  const last = items.pop();
  if (last?.type !== "repeat" || !startsAnywhere(last)) return root;
  return { type: "sequence", items: [...items, { ...last, max: last.min }] };
}

function isEnd(node: Node | undefined): boolean {
  return node?.type === "assertion" && (node.kind === "end" || node.kind === "dollar" || node.kind === "line-end");
}

/**
 * Whether the only unlimited repeat is a run of one class at the top of the pattern, with little behind it: then a way is
 * open for each place in what follows the run, and no more. True of `^(.*)@example\.com`, and quickly seen.
 */
function hasOneRun(root: Node): boolean {
  const items = flatten(root);
  const run = items.findIndex((item) => item.type === "repeat" && item.max === Number.POSITIVE_INFINITY);
  const repeat = items[run];
  if (repeat?.type !== "repeat" || repeat.body.type !== "set") return false;
  const before = items.slice(0, run).reduce((product, item) => product * waysThrough(item), 1);
  const after = items.slice(run + 1);
  const behind = after.reduce((product, item) => product * waysThrough(item), 1);
  const length = after.reduce((sum, item) => sum + longest(item), 0);
  return before * (1 + length * behind) <= Math.max(FEW_PATHS, sizeOf(root));
}

/** The items of a pattern in a row, out of their groups. */
function flatten(node: Node, into: Node[] = []): readonly Node[] {
  if (node.type === "sequence") for (const item of node.items) flatten(item, into);
  else if (node.type === "capture") flatten(node.body, into);
  else into.push(node);
  return into;
}

/** The most octets that a node takes. */
function longest(node: Node): number {
  switch (node.type) {
    case "set":
      return 1;
    case "sequence":
      return node.items.reduce((sum, item) => sum + longest(item), 0);
    case "alternatives":
      return node.items.reduce((most, item) => Math.max(most, longest(item)), 0);
    case "repeat":
      return longest(node.body) * node.max;
    default:
      return partsOf(node).reduce((most, part) => Math.max(most, longest(part)), 0);
  }
}

/** In how many ways a node can be read at most; infinite with an unlimited repeat. */
export function waysThrough(node: Node): number {
  switch (node.type) {
    case "sequence":
      return node.items.reduce((product, item) => product * waysThrough(item), 1);
    case "alternatives":
      return node.items.reduce((sum, item) => sum + waysThrough(item), 0);
    case "repeat": {
      const ways = waysThrough(node.body);
      if (node.max === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
      if (node.min === node.max) return ways ** node.max;
      return ways === 1 ? node.max - node.min + 1 : (node.max - node.min + 1) * ways ** node.max;
    }
    case "look":
      return 1 + waysThrough(node.body);
    default:
      return partsOf(node).reduce((product, part) => product * waysThrough(part), 1);
  }
}

function lookbehindPaths(node: Node): number {
  if (node.type === "look" && node.behind) return waysThrough(node.body);
  return partsOf(node).reduce((most, part) => Math.max(most, lookbehindPaths(part)), 0);
}

/**
 * Whether each octet, or the end, tells at once which way through a pattern goes on: then a match that begins at the start
 * never has more than one way open. Quickly seen, and true of most patterns of tables.
 */
function isOneWay(root: Node): boolean {
  return firstOf(root, []) !== undefined;
}

/** The octets with which a node and what follows it begin; undefined where some octet may go two ways. */
export function firstOf(node: Node, follow: ByteSet): ByteSet | undefined {
  switch (node.type) {
    case "set":
      return node.set;
    case "assertion":
      return follow;
    case "look":
      return waysThrough(node.body) <= FEW_PATHS ? follow : undefined;
    case "capture":
      return firstOf(node.body, follow);
    case "sequence": {
      let first: ByteSet | undefined = follow;
      for (let i = node.items.length - 1; i >= 0 && first !== undefined; i -= 1) first = firstOf(node.items[i]!, first);
      return first;
    }
    case "alternatives": {
      let all: ByteSet = [];
      for (const item of node.items) {
        const first = firstOf(item, follow);
        if (first === undefined || intersection(all, first).length > 0) return undefined;
        all = union(all, first);
      }
      return all;
    }
    case "repeat": {
      const { body, min, max } = node;
      if (min === max && body.type === "set") return min === 0 ? follow : body.set;
      // An item that takes an octet begins with the same whatever follows it.
      const own = isNullable(body) ? undefined : firstOf(body, []);
      if (own === undefined || intersection(own, follow).length > 0) return undefined;
      if (body.type !== "set" && firstOf(body, max === 1 ? follow : union(own, follow)) === undefined) return undefined;
      return min === 0 ? union(own, follow) : own;
    }
    default:
      return undefined;
  }
}
