interface TrieNode {
  /** What this node adds to the texts of the nodes above. */
  label: string;
  /** Numbers of the texts that end here, ascending. */
  members: number[];
  /** By the first character of their labels. */
  children: Map<number, TrieNode>;
}

/** Finds the numbers under each text that a subject begins (or ends) with; adds them to `found`, a list for each text. */
export type LiteralSearch = (subject: string, found: (readonly number[])[]) => void;

/** Numbers stored under texts, to be found by every subject that begins (or ends) with the text. */
export class LiteralTrie {
  private readonly root: TrieNode = { label: "", members: [], children: new Map() };

  /** @param at which end of a subject the texts are at */
  constructor(private readonly at: "start" | "end") {}

  /** Stores a number, not lower than any before, under a text of octets. */
  add(text: string, member: number): void {
    let rest = this.at === "start" ? text : Array.from(text).reverse().join("");
    let node = this.root;
    while (rest !== "") {
      const child = node.children.get(rest.charCodeAt(0));
      if (child === undefined) {
        node.children.set(rest.charCodeAt(0), { label: rest, members: [member], children: new Map() });
        return;
      }
      const common = commonLength(child.label, rest);
      node = common === child.label.length ? child : split(node, child, common);
      rest = rest.slice(common);
    }
    node.members.push(member);
  }

  /**
   * Makes the search. It looks at no more characters than the longest text that the subject has, and all that it walks through
   * is in a few flat arrays: objects of this many would be one cache miss a step.
   */
  freeze(): LiteralSearch {
    const nodes = [this.root];
    const edges: { readonly edge: number; readonly to: number }[] = [];
    for (let from = 0; from < nodes.length; from += 1) {
      for (const [first, child] of nodes[from]!.children)
        edges.push({ edge: from * 256 + first, to: nodes.push(child) - 1 });
    }
    const labels = new Uint8Array(nodes.reduce((sum, { label }) => sum + label.length, 0));
    const ends = new Uint32Array(nodes.length);
    let used = 0;
    for (const [id, { label }] of nodes.entries()) {
      for (let i = 0; i < label.length; i += 1) labels[used + i] = label.charCodeAt(i);
      used += label.length;
      ends[id] = used;
    }
    const members = nodes.map((node) => (node.members.length > 0 ? node.members : undefined));
    const child = hashOf(edges);
    const step = this.at === "start" ? 1 : -1;
    return (subject, found) => {
      let next = step > 0 ? 0 : subject.length - 1;
      let node = 0;
      while (node >= 0) {
        const end = ends[node]!;
        for (let i = node === 0 ? 0 : ends[node - 1]!; i < end; i += 1, next += step) {
          // Outside the subject there are no numbers, which equal no octet.
          if (subject.charCodeAt(next) !== labels[i]) return;
        }
        const here = members[node];
        if (here !== undefined) found.push(here);
        node = next >= 0 && next < subject.length ? child(node * 256 + subject.charCodeAt(next)) : -1;
      }
    };
  }
}

/** Where each edge leads, or -1: a hash table with open addressing. */
function hashOf(edges: readonly { readonly edge: number; readonly to: number }[]): (edge: number) => number {
  const bits = Math.ceil(Math.log2(edges.length + 1)) + 1;
  const slots = new Int32Array(2 << bits).fill(-1);
  const mask = slots.length / 2 - 1;
  const slotOf = (edge: number): number => (Math.imul(edge, 0x9e3779b1) >>> (32 - bits)) & mask;
  for (const { edge, to } of edges) {
    let slot = slotOf(edge);
    while (slots[2 * slot] !== -1) slot = (slot + 1) & mask;
    slots[2 * slot] = edge;
    slots[2 * slot + 1] = to;
  }
  return (edge) => {
    for (let slot = slotOf(edge); slots[2 * slot] !== -1; slot = (slot + 1) & mask) {
      if (slots[2 * slot] === edge) return slots[2 * slot + 1]!;
    }
    return -1;
  };
}

/** Puts a node of the first characters between a child and its parent. */
function split(parent: TrieNode, child: TrieNode, length: number): TrieNode {
  const upper: TrieNode = { label: child.label.slice(0, length), members: [], children: new Map() };
  parent.children.set(child.label.charCodeAt(0), upper);
  child.label = child.label.slice(length);
  upper.children.set(child.label.charCodeAt(0), child);
  return upper;
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
  return length;
}
