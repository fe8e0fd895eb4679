import type { Node } from "./syntax.js";

/** Whether a node can match without taking an octet. Looks inside no reference: those may. */
export function isNullable(node: Node): boolean {
  switch (node.type) {
    case "set":
    case "chars":
      return false;
    case "sequence":
      return node.items.every(isNullable);
    case "alternatives":
      return node.items.some(isNullable);
    case "capture":
    case "atomic":
      return isNullable(node.body);
    case "repeat":
      return node.min === 0 || isNullable(node.body);
    case "condition":
      return isNullable(node.yes) || node.no === undefined || isNullable(node.no);
    default:
      return true;
  }
}
