import { type ByteSet, intersection, union } from "./byte-set.js";
import { isNullable } from "./nullable.js";
import type { Node } from "./syntax.js";

/**
 * Whether each octet, or the end, tells at once which way through a pattern goes on: then a match that begins at the start
 * never has more than one way open. Quickly seen, and true of most patterns of tables.
 */
export function isOneWay(root: Node): boolean {
  return firstOf(root, []) !== undefined;
}

/** The octets with which a node and what follows it begin; undefined where some octet may go two ways. */
function firstOf(node: Node, follow: ByteSet): ByteSet | undefined {
  switch (node.type) {
    case "set":
      return node.set;
    case "assertion":
      return follow;
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
