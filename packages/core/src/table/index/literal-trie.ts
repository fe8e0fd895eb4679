interface TrieNode {
  /** What this node adds to the texts of the nodes above. */
  label: string;
  /** Numbers of the texts that end here, ascending. */
  members: number[];
  /** By the first character of their labels. */
  children: Map<number, TrieNode>;
}

/** Ranges of a list of numbers. Used again for each search: garbage drives what the search needs out of the cache. */
export class Ranges {
  /** For each range the place of its first number and the place behind its last. */
  readonly places: number[] = [];
  /** Places in use. */
  used = 0;

  add(first: number, behind: number): void {
    this.places[this.used] = first;
    this.places[this.used + 1] = behind;
    this.used += 2;
  }
}

/** Adds to `found` the range of the numbers under each text that a subject begins (or ends) with. */
export type LiteralSearch = (subject: string, found: Ranges) => void;

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
   * Makes the search, and appends the numbers to a list.
   *
   * A search looks at no more characters than the longest text that the subject has, and all that it walks through is in a few
   * flat arrays: with as many objects each step would be a cache miss.
   */
  freeze(numbers: number[]): LiteralSearch {
    const nodes = [this.root];
    const edges: { readonly edge: number; readonly to: number }[] = [];
    for (let from = 0; from < nodes.length; from += 1) {
      for (const [first, child] of nodes[from]!.children)
        edges.push({ edge: from * 256 + first, to: nodes.push(child) - 1 });
    }
    const labels = new Uint8Array(nodes.reduce((sum, { label }) => sum + label.length, 0));
    /** For each node, and then for none: where its label begins, and where its numbers do. */
    const places = new Uint32Array(2 * nodes.length + 2);
    let used = 0;
    for (const [id, { label, members }] of nodes.entries()) {
      places.set([used, numbers.length], 2 * id);
      for (let i = 0; i < label.length; i += 1) labels[used + i] = label.charCodeAt(i);
      used += label.length;
      for (const member of members) numbers.push(member);
    }
    places.set([used, numbers.length], 2 * nodes.length);
    const child = hashOf(edges);
    const step = this.at === "start" ? 1 : -1;
    return (subject, found) => {
      let next = step > 0 ? 0 : subject.length - 1;
      let node = 0;
      while (node >= 0) {
        const end = places[2 * node + 2]!;
        for (let i = places[2 * node]!; i < end; i += 1, next += step) {
          // Outside the subject there are no numbers, which equal no octet.
          if (subject.charCodeAt(next) !== labels[i]) return;
        }
        const first = places[2 * node + 1]!;
        const behind = places[2 * node + 3]!;
        if (first < behind) found.add(first, behind);
        node = next >= 0 && next < subject.length ? child(node * 256 + subject.charCodeAt(next)) : -1;
      }
    };
  }
}

/** Where each edge leads, or -1: a hash table with open addressing. */
function hashOf(edges: readonly { readonly edge: number; readonly to: number }[]): (edge: number) => number {
  const bits = Math.ceil(Math.log2(1.5 * edges.length + 2));
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
