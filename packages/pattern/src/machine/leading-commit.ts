import { isNullable } from "../nullable.js";
import type { Node } from "../syntax.js";

/**
 * Whether a pattern comes to `(*COMMIT)` before it has taken an octet, and it is not plain where PCRE2 begins to match then:
 * it first searches for the octet with which a match begins, where it finds one. Plain is one set right behind the verb.
 */
export function commitsUnsurely(node: Node): boolean {
  return early(node) === "unsure";
}

function early(node: Node): "none" | "plain" | "unsure" {
  switch (node.type) {
    case "verb":
      return node.name === "COMMIT" ? "plain" : "none";
    case "sequence":
      return earlyInSequence(node.items);
    case "capture":
      return early(node.body);
    case "alternatives":
      return node.items.some((item) => early(item) !== "none") ? "unsure" : "none";
    case "repeat":
    case "look":
    case "atomic":
      return early(node.body) === "none" ? "none" : "unsure";
    case "condition": {
      const parts = [node.yes, ...(node.no ? [node.no] : []), ...(node.test.kind === "look" ? [node.test.look] : [])];
      return parts.some((part) => early(part) !== "none") ? "unsure" : "none";
    }
    default:
      return "none";
  }
}

function earlyInSequence(items: readonly Node[]): "none" | "plain" | "unsure" {
  const [first, ...rest] = items;
  if (first === undefined) return "none";
  const found = early(first);
  if (found === "none") return isNullable(first) ? earlyInSequence(rest) : "none";
  if (first.type !== "verb") return found === "plain" && !isNullable(first) ? "plain" : "unsure";
  const next = rest.find(({ type }) => type !== "verb");
  return next === undefined || beginsWithSet(next) ? "plain" : "unsure";
}

function beginsWithSet(node: Node): boolean {
  if (node.type === "capture") return beginsWithSet(node.body);
  if (node.type === "sequence") return node.items[0] !== undefined && beginsWithSet(node.items[0]);
  return node.type === "set" && node.set.length > 0;
}
