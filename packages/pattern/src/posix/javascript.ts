import type { ByteSet } from "../byte-set.js";
import { isNullable } from "../nullable.js";
import { firstOf, refuseAmbiguous } from "../paths.js";
import { type Node, type Pattern, partsOf } from "../syntax.js";
import { nodesOf } from "./exact.js";

/** The end of the subject, as an octet that no set has. */
const END: ByteSet = [[256, 256]];

/** What the JavaScript engine tells of a pattern in linear time, where a subject has no newline. */
export type Told = "nothing" | "matches" | "groups";

/** What the JavaScript engine can be asked: nothing, whether there is a match, or where the groups are too. */
export function toldByJavaScript(pattern: Pattern): Told {
  const isForeign = (node: Node): boolean =>
    node.type === "reference" || (node.type === "repeat" && isNullable(node.body));
  if (nodesOf(pattern.root).some(isForeign) || refuseAmbiguous(pattern) !== undefined) return "nothing";
  return hasOneReading(pattern) ? "groups" : "matches";
}

/**
 * Whether a pattern matches a subject in one way at most, so that every engine finds the same groups in it: it is held fast
 * at both ends, and from one of them each octet tells the way. Seen at once, and true of most lines of tables. Where groups
 * are repeated, or anchors stand elsewhere, glibc has ways of its own: those are not looked at.
 */
function hasOneReading({ root, captureCount }: Pattern): boolean {
  const items = root.type === "sequence" ? root.items : [];
  if (!isAssertion(items[0], "start") || !isAssertion(items.at(-1), "end")) return false;
  const body: Node = { type: "sequence", items: items.slice(1, -1) };
  // A group that is left out, as in `(a){0}`, is not in the tree.
  if (plainGroups(body) !== captureCount) return false;
  return firstOf(body, END) !== undefined || firstOf(reversed(body), END) !== undefined;
}

function isAssertion(node: Node | undefined, kind: "start" | "end"): boolean {
  return node?.type === "assertion" && node.kind === kind;
}

/** How many groups there are, or no number where there is more than sets, choices and groups that are not repeated. */
function plainGroups(node: Node): number {
  switch (node.type) {
    case "set":
      return 0;
    case "sequence":
    case "alternatives":
    case "capture":
      return partsOf(node).reduce((sum, part) => sum + plainGroups(part), node.type === "capture" ? 1 : 0);
    case "repeat": {
      const inner = plainGroups(node.body);
      return inner > 0 && node.max > 1 ? Number.NaN : inner;
    }
    default:
      return Number.NaN;
  }
}

/** The pattern of the same texts read from their end. */
function reversed(node: Node): Node {
  switch (node.type) {
    case "sequence":
      return { ...node, items: node.items.map(reversed).reverse() };
    case "alternatives":
      return { ...node, items: node.items.map(reversed) };
    case "capture":
    case "repeat":
      return { ...node, body: reversed(node.body) };
    default:
      return node;
  }
}
