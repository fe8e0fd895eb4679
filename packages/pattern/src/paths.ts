import type { ByteSet } from "./byte-set.js";
import { startsAnywhere } from "./emit.js";
import { isOneWay } from "./one-way.js";
import { type Refusal, refuse } from "./refusal.js";
import { type Node, type Pattern, partsOf } from "./syntax.js";

/** Items of a pattern when its counted repeats are written out. */
const MAX_STATES = 4000;
/** Ways to have read the same octets that may be open at once: this many, or as many as the pattern has items. */
const MAX_PATHS = 64;
/** Items that may be tried for one octet, over all open ways, for each item of the pattern. */
const MAX_TRIES = 32;
/** Work that the proof itself may take, and more of it for each item of the pattern: what it cannot prove by then, the machine takes. */
const MAX_PROOF_STEPS = 1000;
const MAX_PROOF_STEPS_PER_ITEM = 20;
/** Ways through a pattern without unlimited repeats that need no closer look. */
const FEW_PATHS = 64;
/** Ways through a lookbehind. */
const MAX_LOOKBEHIND_PATHS = 64;

/**
 * Refuses a pattern with which a backtracking engine can be made to do more than linear work.
 *
 * The pattern is run on every subject at once, as an automaton whose states are counted, not only marked: how many
 * different ways there are to have read what was read. Where each of these vectors of counts stays under a limit, and
 * there are finitely many, no subject has more than that many open ways at any octet: work grows with the length of the
 * subject times the size of the pattern. `(a+)+` and `a*a*` let a count grow with the subject; so does an unanchored `a+`, which is
 * tried anew at each octet.
 */
export function countPaths(pattern: Pattern): Refusal | undefined {
  const size = sizeOf(pattern.root);
  if (size > MAX_STATES) return refuse("too-large", 0, "a pattern of this size");
  if (lookbehindPaths(pattern.root) > MAX_LOOKBEHIND_PATHS)
    return refuse("ambiguous", 0, "a lookbehind of many alternatives");
  const anchored = pattern.anchored || startsAnywhere(pattern.root) || isAnchored(pattern.root);
  const root = withoutSureTail(pattern.root);
  if (waysThrough(root) <= FEW_PATHS || (anchored && (isOneWay(root) || hasOneRun(root)))) return undefined;
  // Tried anew at each octet, a run that comes first is never bounded.
  const isRun = !anchored && root.type !== "alternatives" && beginsWithRun(flatten(root));
  return !isRun && new Automaton().isBounded(root, anchored)
    ? undefined
    : refuse("ambiguous", 0, "a pattern that can match the same octets in many ways");
}

/** Whether a match can begin at the start only. */
export function isAnchored(node: Node): boolean {
  switch (node.type) {
    case "assertion":
      return node.kind === "start";
    case "sequence": {
      const first = node.items.find((item) => item.type !== "look");
      return first !== undefined && isAnchored(first);
    }
    case "alternatives":
      return node.items.every(isAnchored);
    case "capture":
      return isAnchored(node.body);
    case "repeat":
      return node.min > 0 && isAnchored(node.body);
    default:
      return false;
  }
}

function sizeOf(node: Node): number {
  const inner = partsOf(node).reduce((sum, part) => sum + sizeOf(part), 1);
  if (node.type !== "repeat") return inner;
  const turns = node.max === Number.POSITIVE_INFINITY ? Math.max(node.min, 1) : node.max;
  return inner * Math.max(turns, 1);
}

/**
 * The pattern up to a final `.*` that takes every octet, with or without a `$`: once the engine is there it has matched, so
 * no way through it is ever tried again.
 */
function withoutSureTail(root: Node): Node {
  const items = [...flatten(root)];
  while (isEnd(items.at(-1))) items.pop();
  const last = items.pop();
  if (last?.type !== "repeat" || !startsAnywhere(last)) return root;
  return { type: "sequence", items: [...items, { ...last, max: last.min }] };
}

function isEnd(node: Node | undefined): boolean {
  return node?.type === "assertion" && (node.kind === "end" || node.kind === "dollar" || node.kind === "line-end");
}

/**
 * Whether the only unlimited repeat is a run of one class at the top of the pattern, with little behind it: then a way is
 * open for each place in what follows the run, and no more. True of `^(.*)@example\.com`, and quickly seen.
 */
function hasOneRun(root: Node): boolean {
  const items = flatten(root);
  const run = items.findIndex((item) => item.type === "repeat" && item.max === Number.POSITIVE_INFINITY);
  const repeat = items[run];
  if (repeat?.type !== "repeat" || repeat.body.type !== "set") return false;
  const before = items.slice(0, run).reduce((product, item) => product * waysThrough(item), 1);
  const after = items.slice(run + 1);
  const behind = after.reduce((product, item) => product * waysThrough(item), 1);
  const length = after.reduce((sum, item) => sum + longest(item), 0);
  return before * (1 + length * behind) <= Math.max(FEW_PATHS, sizeOf(root));
}

function beginsWithRun(items: readonly Node[]): boolean {
  const first = items.find(({ type }) => type !== "assertion" && type !== "look");
  return (
    first?.type === "repeat" && first.max === Number.POSITIVE_INFINITY && first.body.type === "set" && items.length > 1
  );
}

/** The items of a pattern in a row, out of their groups. */
function flatten(node: Node, into: Node[] = []): readonly Node[] {
  if (node.type === "sequence") for (const item of node.items) flatten(item, into);
  else if (node.type === "capture") flatten(node.body, into);
  else into.push(node);
  return into;
}

/** The most octets that a node takes. */
function longest(node: Node): number {
  switch (node.type) {
    case "set":
      return 1;
    case "sequence":
      return node.items.reduce((sum, item) => sum + longest(item), 0);
    case "alternatives":
      return node.items.reduce((most, item) => Math.max(most, longest(item)), 0);
    case "repeat":
      return longest(node.body) * node.max;
    default:
      return partsOf(node).reduce((most, part) => Math.max(most, longest(part)), 0);
  }
}

/** In how many ways a node can be read at most; infinite with an unlimited repeat. */
export function waysThrough(node: Node): number {
  switch (node.type) {
    case "sequence":
      return node.items.reduce((product, item) => product * waysThrough(item), 1);
    case "alternatives":
      return node.items.reduce((sum, item) => sum + waysThrough(item), 0);
    case "repeat": {
      const ways = waysThrough(node.body);
      if (node.max === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
      if (node.min === node.max) return ways ** node.max;
      return ways === 1 ? node.max - node.min + 1 : (node.max - node.min + 1) * ways ** node.max;
    }
    case "look":
      return 1 + waysThrough(node.body);
    default:
      return partsOf(node).reduce((product, part) => product * waysThrough(part), 1);
  }
}

function lookbehindPaths(node: Node): number {
  if (node.type === "look" && node.behind) return waysThrough(node.body);
  return partsOf(node).reduce((most, part) => Math.max(most, lookbehindPaths(part)), 0);
}

/** An item that takes an octet, and the items that can come next. */
interface State {
  readonly set: ByteSet;
  readonly next: () => Ways;
}

/** Numbers of states with the number of ways that lead there. */
type Ways = ReadonlyMap<number, number>;

const DEAD: Ways = new Map();

/** Where an octet leads, and how many ways took it. */
interface Step {
  readonly ways: Ways;
  readonly taken: number;
}

class TooMany extends Error {}

class Automaton {
  private readonly states: State[] = [];
  private steps = 0;

  /** Whether the number of open ways has a limit, over all subjects. */
  isBounded(root: Node, anchored: boolean): boolean {
    try {
      const start = this.build(root, () => DEAD)();
      this.explore(start, anchored);
      return true;
    } catch (error) {
      if (!(error instanceof TooMany)) throw error;
      return false;
    }
  }

  /** The ways into a node, given the ways that follow it. Lazy, since a repeat follows itself. */
  private build(node: Node, next: () => Ways): () => Ways {
    switch (node.type) {
      case "set": {
        const number = this.states.push({ set: node.set, next }) - 1;
        const here: Ways = new Map([[number, 1]]);
        return () => here;
      }
      case "sequence":
        return node.items.reduceRight((following, item) => this.build(item, following), next);
      case "alternatives": {
        const entries = node.items.map((item) => this.build(item, next));
        return once(() => this.sum(entries.map((entry) => entry())));
      }
      case "look": {
        if (node.behind) return next;
        const inside = this.build(node.body, () => DEAD);
        return once(() => this.sum([inside(), next()]));
      }
      case "repeat":
        return this.buildRepeat(node, next);
      case "capture":
        return this.build(node.body, next);
      default:
        return next;
    }
  }

  private buildRepeat({ body, min, max }: Node & { readonly type: "repeat" }, next: () => Ways): () => Ways {
    let entry = next;
    let turns = min;
    if (max === Number.POSITIVE_INFINITY) {
      const loop: () => Ways = once(() => this.sum([turn(), next()]));
      const turn = this.build(body, loop);
      // The turn that repeats is one of those that must be.
      entry = min > 0 ? turn : loop;
      turns = Math.max(min - 1, 0);
    } else {
      for (let i = min; i < max; i += 1) {
        const turn = this.build(body, entry);
        entry = once(() => this.sum([turn(), next()]));
      }
    }
    for (let i = 0; i < turns; i += 1) entry = this.build(body, entry);
    return entry;
  }

  private explore(start: Ways, anchored: boolean): void {
    const samples = this.samples();
    // Where a match may start anywhere, the ways that start at an octet are the same for each.
    const fresh = samples.map((byte) => this.step(start, byte));
    const seen = new Set<string>();
    const open: Ways[] = [];
    const visit = (...steps: readonly Step[]): void => {
      if (steps.reduce((sum, { taken }) => sum + taken, 0) > Math.max(MAX_PATHS, this.states.length))
        throw new TooMany();
      const ways = this.sum(steps.map((step) => step.ways));
      const key = keyOf(ways);
      if (seen.has(key)) return;
      seen.add(key);
      open.push(ways);
    };
    for (const step of fresh) visit(step);
    for (let ways = open.pop(); ways !== undefined; ways = open.pop()) {
      for (const [i, byte] of samples.entries()) {
        const next = this.step(ways, byte);
        if (anchored) visit(next);
        else visit(next, fresh[i]!);
      }
    }
  }

  private step(ways: Ways, byte: number): Step {
    const reached: Ways[] = [];
    let taken = 0;
    for (const [number, count] of ways) {
      const state = this.states[number];
      this.spend(1);
      if (state === undefined || !contains(state.set, byte)) continue;
      const next = state.next();
      taken += count;
      reached.push(count === 1 ? next : new Map([...next].map(([to, n]) => [to, n * count])));
    }
    return { ways: this.sum(reached), taken };
  }

  private sum(all: readonly Ways[]): Ways {
    const [only, ...others] = all;
    if (only === undefined) return DEAD;
    if (others.length === 0) return only;
    const total = new Map<number, number>(only);
    let tries = 0;
    for (const other of others)
      for (const [number, count] of other) total.set(number, (total.get(number) ?? 0) + count);
    for (const count of total.values()) tries += count;
    this.spend(total.size);
    if (tries > MAX_TRIES * Math.max(MAX_PATHS, this.states.length)) throw new TooMany();
    return total;
  }

  private spend(steps: number): void {
    this.steps += steps;
    if (this.steps > MAX_PROOF_STEPS + MAX_PROOF_STEPS_PER_ITEM * this.states.length) throw new TooMany();
  }

  /** One octet of each class that the sets of the pattern tell apart. */
  private samples(): readonly number[] {
    const starts = new Set([0]);
    for (const { set } of this.states) {
      for (const [low, high] of set) {
        starts.add(low);
        if (high < 255) starts.add(high + 1);
      }
    }
    const sets = [...new Set(this.states.map(({ set }) => set))];
    const bySignature = new Map<string, number>();
    for (const byte of starts) {
      bySignature.set(sets.map((set) => (contains(set, byte) ? "1" : "0")).join(""), byte);
    }
    return [...bySignature.values()];
  }
}

function contains(set: ByteSet, byte: number): boolean {
  for (const range of set) if (range[0] <= byte && byte <= range[1]) return true;
  return false;
}

function keyOf(ways: Ways): string {
  return [...ways]
    .sort((a, b) => a[0] - b[0])
    .map(([number, count]) => `${number}:${count}`)
    .join();
}

/** Computes once. A repeat whose body takes an octet never asks for itself while it is computed. */
function once<T>(compute: () => T): () => T {
  let value: T | undefined;
  return () => {
    value ??= compute();
    return value;
  };
}
