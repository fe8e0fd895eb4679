import { isNullable } from "../nullable.js";
import type { Refusal } from "../refusal.js";
import { type Node, type Pattern, partsOf } from "../syntax.js";
import { constraintsOf } from "./anchors.js";

/**
 * Refuses what glibc matches in ways of its own: an anchor in an item that is written out several times, which loses it,
 * and back references beside some repeats, with which it misses matches.
 *
 * What is left was compared with glibc on random patterns until no difference was found.
 *
 * @param highest the highest group asked for: a reference to one beyond it fails in glibc
 */
export function refuseInexact({ root }: Pattern, highest: number): Refusal | undefined {
  const repeats = nodesOf(root).filter((node) => node.type === "repeat");
  for (const repeat of repeats) {
    if (isCopied(repeat) && hasAnchor(repeat.body)) return refuse(0, "an anchor in a counted repeat");
    if (highest > 0 && repeat.body.type === "repeat" && holds(repeat.body, "capture")) {
      return refuse(0, "a group in a repeat of a repeat, whose text is asked for,");
    }
  }
  const references = nodesOf(root).filter((node) => node.type === "reference");
  if (references.length === 0) return undefined;
  const groups = new Map(nodesOf(root).flatMap((node) => (node.type === "capture" ? [[node.index, node]] : [])));
  const repeatedGroup = repeats.some(({ body }) => holds(body, "capture"));
  for (const { to, at } of references) {
    const group = groups.get(Number(to));
    if (group === undefined || repeats.some(({ body }) => nodesOf(body).includes(group))) {
      return refuse(at, `\\${to} to a group in a repeat`);
    }
    if (repeatedGroup && (highest > 0 || isNullable(group.body))) {
      return refuse(at, `\\${to} beside a group in a repeat`);
    }
    if (highest > 0 && Number(to) > highest) return refuse(at, `\\${to} beside a result without $${to}`);
  }
  for (const { body, max } of repeats) {
    if (holds(body, "reference") && (highest > 0 || max === 0 || body.type !== "reference")) {
      return refuse(0, "a repeated back reference");
    }
    if (isNullable(body) && body.type !== "reference")
      return refuse(0, "a repeat of what can be empty, beside a back reference,");
  }
  return undefined;
}

/** About how many states an automaton has, its counted repeats written out. */
export function sizeOf(node: Node): number {
  const inner = partsOf(node).reduce((sum, part) => sum + sizeOf(part), 1);
  if (node.type !== "repeat") return inner;
  return inner * Math.max(1, node.max === Number.POSITIVE_INFINITY ? node.min + 1 : node.max);
}

/** The node and all in it, but for what anchors are made of. */
export function nodesOf(root: Node): readonly Node[] {
  const nodes = [root];
  for (const node of nodes) {
    if (constraintsOf(node) === undefined) for (const part of partsOf(node)) nodes.push(part);
  }
  return nodes;
}

/** Whether glibc writes the body of a repeat out more than once. */
function isCopied({ min, max }: Node & { readonly type: "repeat" }): boolean {
  return min > 0 || (max > 1 && max !== Number.POSITIVE_INFINITY);
}

function hasAnchor(node: Node): boolean {
  return constraintsOf(node) !== undefined || partsOf(node).some(hasAnchor);
}

function holds(node: Node, type: Node["type"]): boolean {
  return nodesOf(node).some((part) => part.type === type);
}

function refuse(offset: number, what: string): Refusal {
  return { ok: false, code: "unsupported", offset, message: `${what} is matched by glibc in its own way` };
}
