import { type Refusal, refuse } from "./refusal.js";
import type { Node, Pattern } from "./syntax.js";

/**
 * Refuses a pattern that begins with a lookahead for a literal, where what it takes then may be empty or begin in several
 * ways, as in `(?=a)b?a`: PCRE2 10.42 misses some matches of it (it looks for an `a` behind the first), later versions do not.
 */
export function refuseLeadingLook(pattern: Pattern): Refusal | undefined {
  return looksFirst([pattern.root])
    ? refuse("unsupported", 0, "a leading lookahead before an optional item")
    : undefined;
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
