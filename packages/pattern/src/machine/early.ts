import { isNullable } from "../nullable.js";
import type { Node } from "../syntax.js";
import { nodesOf } from "./nodes.js";

/** The nodes that a match may come to before it has taken an octet. Goes into lookarounds, not into calls. */
export function earlyNodes(node: Node): readonly Node[] {
  const nodes: Node[] = [];
  collect(node, nodes);
  return nodes;
}

/** Collects, and says whether a match may get past the node without an octet. */
function collect(node: Node, into: Node[]): boolean {
  into.push(node);
  switch (node.type) {
    case "sequence":
      return node.items.every((item) => collect(item, into));
    case "alternatives":
      return node.items.filter((item) => collect(item, into)).length > 0;
    case "capture":
    case "atomic":
      return collect(node.body, into);
    case "repeat":
      return node.max === 0 || collect(node.body, into) || node.min === 0;
    case "look":
      collect(node.body, into);
      return true;
    case "condition":
      if (node.test.kind === "look") collect(node.test.look, into);
      return [node.yes, ...(node.no ? [node.no] : [])].filter((item) => collect(item, into)).length > 0 || !node.no;
    default:
      return isNullable(node);
  }
}

/** Whether a group that is called may come to a call of itself before it has taken an octet. PCRE2 ends such a match as an error. */
export function callsItself(root: Node, names: ReadonlyMap<string, readonly number[]>): boolean {
  const bodies = new Map<number, Node>([[0, root]]);
  for (const node of nodesOf(root)) {
    if (node.type === "capture" && !bodies.has(node.index)) bodies.set(node.index, node.body);
  }
  const open = new Set<number>();
  const closed = new Set<number>();
  const leads = (group: number): boolean => {
    if (open.has(group)) return true;
    if (closed.has(group)) return false;
    open.add(group);
    const called = earlyNodes(bodies.get(group)!).flatMap((node) =>
      node.type === "call" ? groupsOf(node.to, names) : [],
    );
    const found = called.some(leads);
    open.delete(group);
    closed.add(group);
    return found;
  };
  return [...nodesOf(root)].some((node) => node.type === "call" && groupsOf(node.to, names).some(leads));
}

function groupsOf(to: number | string, names: ReadonlyMap<string, readonly number[]>): readonly number[] {
  return typeof to === "string" ? (names.get(to) ?? []).slice(0, 1) : [to];
}
