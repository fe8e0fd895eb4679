import { Fault, Unreadable } from "./messages.js";
import { type Node, partsOf } from "./syntax.js";

const MAX_LENGTH = 65_535;
/** Branches whose length is asked for: PCRE2's own limit. */
const MAX_BRANCHES = 2000;
/** Groups that call one another in a lookbehind. */
const MAX_CALL_DEPTH = 500;

/**
 * Checks that each branch of each lookbehind has one length, as PCRE2 10.42 demands.
 *
 * @param placeOf where a reference to a group that does not exist is reported
 * @param hasTwins whether groups may share a number
 * @returns the lengths of the branches of each
 * @throws Fault 25 or 87 at the first that has not, 15 at a reference in one to no group
 */
export function checkLookbehinds(
  root: Node,
  names: ReadonlyMap<string, readonly number[]>,
  placeOf: (node: Node) => number,
  hasTwins: boolean,
): ReadonlyMap<Node, readonly number[]> {
  const captures = new Map<number, Node>();
  const within = new Map<Node, readonly number[]>();
  collect(root, captures, within, []);
  const lengths = new Lengths(captures, within, hasTwins, names, placeOf);
  lengths.check(root);
  return lengths.found;
}

/** Finds the groups, and those around each call and reference. */
function collect(
  node: Node,
  captures: Map<number, Node>,
  within: Map<Node, readonly number[]>,
  around: readonly number[],
): void {
  let inside = around;
  if (node.type === "call" || node.type === "reference") within.set(node, around);
  if (node.type === "capture") {
    if (!captures.has(node.index)) captures.set(node.index, node.body);
    inside = [...around, node.index];
  }
  for (const part of partsOf(node)) collect(part, captures, within, inside);
}

class Lengths {
  /** Lengths of the branches of each lookbehind. */
  readonly found = new Map<Node, readonly number[]>();
  private readonly open = new Set<number>();
  private readonly known = new Map<number, number | undefined>();
  /** Branches whose length was asked for. */
  private branches = 0;
  private lookAt = 0;

  constructor(
    private readonly captures: ReadonlyMap<number, Node>,
    private readonly within: ReadonlyMap<Node, readonly number[]>,
    private readonly hasTwins: boolean,
    private readonly names: ReadonlyMap<string, readonly number[]>,
    private readonly placeOf: (node: Node) => number,
  ) {}

  /** Finds the lengths of each lookbehind in a node. */
  check(node: Node): void {
    if (node.type !== "look" || !node.behind) {
      for (const part of partsOf(node)) this.check(part);
      return;
    }
    const around = this.lookAt;
    this.lookAt = node.at;
    const branches = node.body.type === "alternatives" ? node.body.items : [node.body];
    // PCRE2 reads such a one wrongly when it comes to it again.
    if (branches.length > 1 && this.found.has(node))
      throw new Unreadable("a lookbehind in a group that another asks for", node.at);
    this.count(branches.length);
    this.found.set(
      node,
      branches.map((branch) => {
        const length = this.of(branch);
        if (length === undefined) throw new Fault(25, node.at);
        if (length > MAX_LENGTH) throw new Fault(87, node.at);
        return length;
      }),
    );
    this.lookAt = around;
  }

  /** The one length of whatever the node matches; undefined where there is none. */
  of(node: Node): number | undefined {
    switch (node.type) {
      case "set":
        return node.set.length === 0 ? 0 : 1;
      case "chars":
        return 1;
      case "look":
        this.check(node);
        return 0;
      case "assertion":
      case "keep":
      case "verb":
        return 0;
      case "unsupported":
        if (node.what === "\\C") throw new Fault(36, this.lookAt);
        return node.what === "\\X" ? undefined : 1;
      case "newline-sequence":
        return undefined;
      case "sequence":
        return this.ofSequence(node.items);
      case "alternatives":
        this.count(node.items.length);
        return same(node.items.map((item) => this.of(item)));
      case "capture":
        return this.ofGroup(node.index, node.body);
      case "atomic":
        return this.of(node.body);
      case "repeat": {
        const length = this.of(node.body);
        if (node.body.type === "look" && !node.body.behind) return 0;
        return length === undefined || node.min !== node.max ? undefined : length * node.min;
      }
      case "condition":
        if (node.test.kind === "define") return 0;
        if (node.test.kind === "look") this.check(node.test.look);
        return same([node.yes, ...(node.no ? [node.no] : [])].map((branch) => this.of(branch)));
      case "reference":
      case "call":
        return this.ofReference(node, node.to);
    }
  }

  private count(branches: number): void {
    this.branches += branches;
    if (this.branches > MAX_BRANCHES) throw new Fault(35, this.lookAt);
  }

  /** What follows `(*FAIL)` or `(*ACCEPT)` in a branch does not count. */
  private ofSequence(items: readonly Node[]): number | undefined {
    let sum = 0;
    for (const item of items) {
      if ((item.type === "set" && item.set.length === 0) || (item.type === "verb" && item.name === "ACCEPT"))
        return sum;
      const length = this.of(item);
      if (length === undefined) return undefined;
      sum += length;
    }
    return sum;
  }

  private ofGroup(index: number, body: Node): number | undefined {
    // Groups that share a number have one length each time anew.
    if (!this.hasTwins && this.known.has(index)) return this.known.get(index);
    if (this.open.has(index)) return undefined;
    if (this.open.size >= MAX_CALL_DEPTH) this.count(MAX_BRANCHES);
    if (body.type !== "alternatives") this.count(1);
    this.open.add(index);
    const length = this.of(body);
    this.open.delete(index);
    this.known.set(index, length);
    return length;
  }

  private ofReference(node: Node, to: number | string): number | undefined {
    const numbers = typeof to === "string" ? (this.names.get(to) ?? []) : [to];
    const [index] = numbers;
    if (numbers.length > 1 || index === 0 || (node.type === "reference" && this.hasTwins)) return undefined;
    if (this.within.get(node)?.includes(index ?? 0)) return undefined;
    const body = index === undefined ? undefined : this.captures.get(index);
    if (index === undefined || body === undefined) throw new Fault(15, this.placeOf(node));
    return this.ofGroup(index, body);
  }
}

function same(lengths: readonly (number | undefined)[]): number | undefined {
  return lengths.every((length) => length === lengths[0]) ? lengths[0] : undefined;
}
