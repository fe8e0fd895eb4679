import { earlyNodes } from "./machine/early.js";
import { nodesOf } from "./machine/nodes.js";
import { type Refusal, refuse } from "./refusal.js";
import type { Node, Pattern } from "./syntax.js";

/**
 * Refuses a pattern whose beginning PCRE2 10.42 misreads, later versions not, so that it misses some matches: a lookahead for
 * a literal, where what is taken then may be empty or begin in several ways, as in `(?=a)b?a` (it looks for an `a` behind the
 * first); and alternatives that are repeated no times, as in `(|(?=a)){0}` (it skips the first only).
 */
export function refuseLeadingLook({ root }: Pattern): Refusal | undefined {
  if (looksFirst([root])) return refuse("unsupported", 0, "a leading lookahead before an optional item");
  return earlyNodes(root).some(skipsAlternatives)
    ? refuse("unsupported", 0, "a leading group of alternatives repeated no times")
    : undefined;
}

function skipsAlternatives(node: Node): boolean {
  return (
    node.type === "repeat" && node.max === 0 && [...nodesOf(node.body)].some(({ type }) => type === "alternatives")
  );
}

function looksFirst(items: readonly Node[], looked = false): boolean {
  const [first, ...rest] = items;
  if (first === undefined) return false;
  switch (first.type) {
    case "sequence":
      return looksFirst([...first.items, ...rest], looked);
    case "capture":
    case "atomic":
      return looksFirst([first.body, ...rest], looked);
    case "keep":
    case "verb":
      return looksFirst(rest, looked);
    case "condition":
    case "call":
    case "reference":
      return looked;
    case "alternatives":
      return looked || first.items.some((item) => looksFirst([item, ...rest]));
    case "assertion":
      return first.kind !== "start" && looksFirst(rest, looked);
    case "look":
      return looksFirst(rest, looked || (!(first.behind || first.negative) && mayBeginLiterally(first.body)));
    case "repeat":
      if (first.body.type === "look") return looksFirst([first.body, ...rest], looked);
      return looked && (first.min === 0 || first.body.type !== "set");
    default:
      return false;
  }
}

/** Whether a node may begin with one octet, or with one letter in either case. */
function mayBeginLiterally(node: Node): boolean {
  switch (node.type) {
    case "set": {
      const [first, second] = node.set;
      const isOne = first !== undefined && first[0] === first[1] && node.set.length < 3;
      return isOne && (second === undefined || (second[0] === second[1] && second[0] === first[0] + 32));
    }
    case "sequence":
      return node.items[0] !== undefined && mayBeginLiterally(node.items[0]);
    case "repeat":
      return node.min > 0 && mayBeginLiterally(node.body);
    default:
      return true;
  }
}
