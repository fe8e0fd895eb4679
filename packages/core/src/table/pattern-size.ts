import { type Node, partsOf } from "@fromguard/pattern";
import { letterOf } from "./index/required-literals.js";

/** Octets of a compiled pattern that PCRE2 takes, with links of two octets, as distributions build it. */
const MAX_COMPILED = 65_536;
/** Around every pattern: the outer bracket, and the end. */
const FRAME = 7;

/**
 * Whether PCRE2 refuses a pattern as too large. Exact for text with anchors; of everything else the least is counted that it
 * can take, so that a pattern of more than 10 kB may be taken here that PCRE2 refuses.
 *
 * @param octets the length of the pattern as written
 * @see pcre2limits(3)
 */
export function isTooLarge(root: Node, octets: number): boolean {
  return 2 * octets + FRAME > MAX_COMPILED && FRAME + leastSize(root) > MAX_COMPILED;
}

function leastSize(node: Node): number {
  switch (node.type) {
    case "set":
      return letterOf(node.set) === undefined ? 1 : 2;
    case "assertion":
      return 1;
    case "repeat":
      return node.max === 0 ? 0 : leastSize(node.body);
    default:
      return partsOf(node).reduce((sum, part) => sum + leastSize(part), 0);
  }
}
