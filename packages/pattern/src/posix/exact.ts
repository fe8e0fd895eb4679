import type { Refusal } from "../refusal.js";
import { type Node, type Pattern, partsOf } from "../syntax.js";
import { constraintsOf } from "./anchors.js";

/**
 * Refuses what glibc matches in ways of its own: an anchor in an item that is written out several times, which loses it,
 * and back references with repeats or empty groups, of which it misses matches.
 *
 * @param highest the highest group asked for: a reference to one beyond it fails in glibc
 */
export function refuseInexact({ root }: Pattern, highest: number): Refusal | undefined {
  const groups = new Map<number, { readonly body: Node; readonly repeated: boolean }>();
  const references = holds(root, "reference");
  const visit = (node: Node, repeated: boolean): Refusal | undefined => {
    if (constraintsOf(node) !== undefined) return undefined;
    if (node.type === "capture") groups.set(node.index, { body: node.body, repeated });
    if (node.type === "reference") {
      const group = groups.get(Number(node.to));
      const simple = group !== undefined && !group.repeated && !repeated && !isNullable(group.body);
      if (!simple) return refuse(node.at, `\\${node.to} with a repeat or to a group that can be empty`);
      if (highest === 0 || Number(node.to) <= highest) return undefined;
      return refuse(node.at, `\\${node.to} beside a result without $${node.to}`);
    }
    if (node.type === "repeat" && isCopied(node) && hasAnchor(node.body))
      return refuse(0, "an anchor in a counted repeat");
    if (highest > 0 && node.type === "repeat" && holds(node.body, "capture")) {
      if (node.body.type === "repeat") return refuse(0, "a group in a repeat of a repeat, whose text is asked for,");
      if (references)
        return refuse(0, "a group in a repeat beside back references, where the text of groups is asked for,");
    }
    const inner = repeated || (node.type === "repeat" && (highest > 0 || node.body.type !== "reference"));
    for (const part of partsOf(node)) {
      const refusal = visit(part, inner);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  };
  return visit(root, false);
}

/** Whether glibc writes the body of a repeat out more than once. */
function isCopied({ min, max }: Node & { readonly type: "repeat" }): boolean {
  return min > 0 || (max > 1 && max !== Number.POSITIVE_INFINITY);
}

function hasAnchor(node: Node): boolean {
  return constraintsOf(node) !== undefined || partsOf(node).some(hasAnchor);
}

function holds(node: Node, type: Node["type"]): boolean {
  return node.type === type || partsOf(node).some((part) => holds(part, type));
}

function isNullable(node: Node): boolean {
  switch (node.type) {
    case "set":
      return false;
    case "sequence":
      return node.items.every(isNullable);
    case "alternatives":
      return node.items.some(isNullable);
    case "capture":
      return isNullable(node.body);
    case "repeat":
      return node.min === 0 || isNullable(node.body);
    default:
      return true;
  }
}

function refuse(offset: number, what: string): Refusal {
  return { ok: false, code: "unsupported", offset, message: `${what} is matched by glibc in its own way` };
}
