import { waysThrough } from "../paths.js";
import { type Node, partsOf } from "../syntax.js";
import { lowerByte } from "./text.js";

/** Ways through a lookaround or an atomic group, up to which it counts as little work. */
const MAX_CLOSED_WAYS = 64;

/** A node and all nodes in it, in the order of the pattern. */
export function* nodesOf(root: Node): Generator<Node> {
  const open: Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node;
    open.push(...[...partsOf(node)].reverse());
  }
}

/** Whether no lookaround and no atomic group can take long each time that it is entered. */
export function looksLittle(root: Node): boolean {
  for (const node of nodesOf(root)) {
    const closed =
      node.type === "look" || node.type === "atomic" || (node.type === "repeat" && node.mode === "possessive");
    if (closed && node.body.type !== "set" && waysThrough(node.body) > MAX_CLOSED_WAYS) return false;
  }
  return true;
}

/** About how many instructions a node becomes. */
export function weightOf(node: Node): number {
  const inner = partsOf(node).reduce((sum, part) => sum + weightOf(part), 1);
  if (node.type !== "repeat" || node.body.type === "set") return inner;
  return inner * (node.max === Number.POSITIVE_INFINITY ? Math.max(node.min, 1) : Math.max(node.max, 1));
}

/** The literal octets from an item on: exact, or letters in both cases as small ones. */
export function literalRun(
  items: readonly Node[],
  from: number,
): { readonly bytes: number[]; readonly caseless: boolean } {
  const bytes: number[] = [];
  let exact = false;
  let caseless = false;
  for (let i = from; i < items.length; i += 1) {
    const item = items[i]!;
    if (item.type !== "set") break;
    const [first, second] = item.set;
    if (first === undefined || first[0] !== first[1] || item.set.length > 2) break;
    const isLetter = lowerByte(first[0] & ~0x20) !== (first[0] & ~0x20) && first[0] < 128;
    if (second !== undefined) {
      if (exact || !isLetter || second[0] !== second[1] || second[0] !== first[0] + 32) break;
      caseless = true;
      bytes.push(second[0]);
    } else {
      if (isLetter && caseless) break;
      exact ||= isLetter;
      bytes.push(first[0]);
    }
  }
  return { bytes, caseless };
}

/** What `\R` stands for: CRLF, or one octet or character that ends a line. */
export function newlineSequence(anyCrlf: boolean, utf: boolean): Node {
  const crlf = [13, 10].map((byte): Node => ({ type: "set", set: [[byte, byte]] }));
  const single = (): Node => {
    if (anyCrlf) return set([10, 10], [13, 13]);
    if (!utf) return set([10, 13], [0x85, 0x85]);
    return {
      type: "chars",
      ranges: [
        [10, 13],
        [0x85, 0x85],
        [0x2028, 0x2029],
      ],
    };
  };
  return { type: "alternatives", items: [{ type: "sequence", items: crlf }, single()] };
}

function set(...ranges: readonly (readonly [number, number])[]): Node {
  return { type: "set", set: ranges };
}
