import type { ByteSet } from "../byte-set.js";
import type { Node, Pattern } from "../syntax.js";
import { constraintsOf } from "./anchors.js";

/** A state of the automaton. Those of kind `set` and `reference` take octets, `end` ends a match, the others take nothing. */
export interface State {
  readonly kind: "set" | "reference" | "end" | "open" | "close" | "fork" | "anchor";
  /** For each octet, whether it is taken. */
  readonly takes: Uint8Array | undefined;
  /** Of `open`, `close` and `reference`. */
  readonly group: number;
  /** Of `close`: whether the group is an optional or repeated one. */
  readonly optional: boolean;
  /** What must hold where the state is. */
  constraint: number;
  /** Whether it is the copy of another, made for a constraint or for a repeat. */
  duplicated: boolean;
  /** For a copy: the state it was made of. */
  readonly origin: number;
  /** Where to go on behind the octets. */
  next: number;
  /** Where to go on without taking any, by preference: ascending, as glibc numbers them. */
  edges: readonly number[];
}

/** An automaton with the states, and the order of states, that glibc gives a pattern. */
export interface Nfa {
  readonly states: readonly State[];
  readonly first: number;
  /** For each state, what is reached from it without taking an octet, itself included. */
  readonly closures: readonly (readonly number[])[];
  /** For each group: the one around it that has the same bounds and stands for it, else itself. */
  readonly sameAs: readonly number[];
  readonly captureCount: number;
}

/** States of an automaton. */
export const MAX_STATES = 4000;
/** States that are reached from states without taking an octet, over all of them, and looks at copies. */
const MAX_WORK = 200_000;
/** States in a row that take nothing. */
const MAX_NESTED = 1000;

/** Thrown inside, and caught where the automaton is built. */
class TooManyStates extends Error {}

/**
 * Builds the automaton of a pattern, or nothing where it has more than {@link MAX_STATES}, or where too many are reached from one another.
 *
 * Captures, and what constraints do in repeats, follow from the states and their order: so both are glibc's.
 *
 * @param groups groups to keep; others are matched without a trace
 */
export function buildNfa(pattern: Pattern, groups: "all" | "referenced"): Nfa | undefined {
  try {
    return new Builder(pattern, groups).build();
  } catch (error) {
    if (error instanceof TooManyStates) return undefined;
    throw error;
  }
}

/** A piece: where it is entered, and what goes on with the state behind it. */
interface Piece {
  readonly first: number;
  readonly open: readonly ((next: number) => void)[];
}

class Builder {
  private readonly states: State[] = [];
  private readonly closures: (readonly number[] | "pending" | undefined)[] = [];
  private readonly sameAs: number[];
  private work = 0;
  private depth = 0;
  private readonly referenced = new Set<number>();

  constructor(
    private readonly pattern: Pattern,
    private readonly groups: "all" | "referenced",
  ) {
    this.sameAs = Array.from({ length: pattern.captureCount + 1 }, (_, i) => i);
  }

  build(): Nfa {
    this.findReferenced(this.pattern.root);
    const piece = this.piece(this.pattern.root, false, false);
    const end = this.add({ kind: "end" });
    const first = this.enter(piece, end);
    this.closeAll();
    const closures = this.closures.map((closure) => (Array.isArray(closure) ? closure : []));
    return { states: this.states, first, closures, sameAs: this.sameAs, captureCount: this.pattern.captureCount };
  }

  private findReferenced(node: Node): void {
    if (node.type === "reference") this.referenced.add(Number(node.to));
    else if (node.type === "sequence" || node.type === "alternatives") {
      if (constraintsOf(node) === undefined) for (const item of node.items) this.findReferenced(item);
    } else if (node.type === "capture" || node.type === "repeat") this.findReferenced(node.body);
  }

  /** @param copied whether it is a further turn of a repeat; `optional`: for a group, whether it can be left out */
  private piece(node: Node, copied: boolean, optional: boolean): Piece | undefined {
    const constraints = constraintsOf(node);
    if (constraints !== undefined) {
      const pieces = constraints.map((constraint) => this.leaf({ kind: "anchor", duplicated: copied, constraint }));
      return pieces.reduce((left, right) => this.fork(left, right, copied));
    }
    switch (node.type) {
      case "set":
        return this.leaf({ kind: "set", duplicated: copied, takes: tableOf(node.set) });
      case "reference":
        return this.leaf({ kind: "reference", duplicated: copied, group: this.sameAs[Number(node.to)] ?? 0 });
      case "sequence":
        return node.items.reduce<Piece | undefined>(
          (before, item) => this.join(before, this.piece(item, copied, false)),
          undefined,
        );
      case "alternatives":
        return node.items
          .map((item) => (): Piece | undefined => this.piece(item, copied, false))
          .reduce<{ readonly piece: Piece | undefined } | undefined>(
            (before, item) => ({ piece: before === undefined ? item() : this.fork(before.piece, item(), copied) }),
            undefined,
          )?.piece;
      case "capture":
        return this.group(node, copied, optional);
      case "repeat":
        return this.repeat(node, copied);
      default:
        throw new TypeError(`a POSIX pattern has no ${node.type}`);
    }
  }

  private group(node: Node & { readonly type: "capture" }, copied: boolean, optional: boolean): Piece | undefined {
    let { body } = node;
    if (body.type === "capture") {
      this.sameAs[body.index] = this.sameAs[node.index] ?? node.index;
      if (this.referenced.has(body.index)) this.referenced.add(node.index);
      body = body.body;
    }
    const empty = body.type === "sequence" && body.items.length === 0;
    if (this.groups === "referenced" && !empty && !this.referenced.has(node.index)) {
      return this.piece(body, copied, false);
    }
    const bounds = { group: node.index, optional };
    const open = this.leaf({ kind: "open", ...bounds });
    return this.join(this.join(open, this.piece(body, copied, false)), this.leaf({ kind: "close", ...bounds }));
  }

  /** `a{2,4}` is `aa((a)?a)?`; the turns that must be are not optional. */
  private repeat({ body, min, max }: Node & { readonly type: "repeat" }, copied: boolean): Piece | undefined {
    let required: Piece | undefined;
    for (let i = 0; i < min; i += 1) required = this.join(required, this.piece(body, copied || i > 0, false));
    if (min === max) return required;
    // Only the first of the turns that can be left out is marked as such, and no copy keeps the mark.
    let rest = this.piece(body, copied || min > 0, !copied);
    if (rest === undefined) return required;
    if (max === Number.POSITIVE_INFINITY) return this.join(required, this.loop(rest, copied));
    rest = this.fork(rest, undefined, copied);
    for (let i = min + 1; i < max; i += 1)
      rest = this.fork(this.join(rest, this.piece(body, true, false)), undefined, copied);
    return this.join(required, rest);
  }

  private leaf(state: Partial<State> & Pick<State, "kind">): Piece {
    const first = this.add(state);
    const set = (next: number): void => {
      const made = this.states[first]!;
      if (made.kind !== "anchor" && made.kind !== "open" && made.kind !== "close") made.next = next;
      if (made.kind !== "set") made.edges = [next];
    };
    return { first, open: [set] };
  }

  private fork(left: Piece | undefined, right: Piece | undefined, duplicated: boolean): Piece {
    const first = this.add({ kind: "fork", duplicated });
    const state = this.states[first]!;
    const set = (next: number): void => {
      state.edges = ascending([left?.first ?? next, right?.first ?? next]);
    };
    return { first, open: [...(left?.open ?? []), ...(right?.open ?? []), set] };
  }

  private loop(body: Piece, duplicated: boolean): Piece {
    const first = this.add({ kind: "fork", duplicated });
    const state = this.states[first]!;
    for (const set of body.open) set(first);
    return {
      first,
      open: [
        (next) => {
          state.edges = ascending([body.first, next]);
        },
      ],
    };
  }

  private join(before: Piece | undefined, after: Piece | undefined): Piece | undefined {
    if (before === undefined || after === undefined) return before ?? after;
    return { first: this.enter(before, after.first), open: after.open };
  }

  private enter(piece: Piece | undefined, next: number): number {
    for (const set of piece?.open ?? []) set(next);
    return piece?.first ?? next;
  }

  private add(state: Partial<State> & Pick<State, "kind">): number {
    if (this.states.length >= MAX_STATES) throw new TooManyStates();
    this.states.push({
      takes: undefined,
      group: 0,
      optional: false,
      constraint: 0,
      duplicated: false,
      origin: -1,
      next: -1,
      edges: [],
      ...state,
    });
    return this.states.length - 1;
  }

  private closeAll(): void {
    for (let again = true; again; ) {
      again = false;
      for (let i = 0; i < this.states.length; i += 1) {
        if (this.closures[i] === undefined) {
          this.close(i, true);
          again ||= this.closures[i] === undefined;
        }
      }
    }
  }

  /** What is reached from a state; not kept where it is not all, as it is being reckoned further out. */
  private close(index: number, outermost: boolean): readonly number[] {
    const state = this.states[index]!;
    const reached = new Set([index]);
    this.depth += 1;
    if (this.depth > MAX_NESTED) throw new TooManyStates();
    this.closures[index] = "pending";
    const [target] = state.edges;
    if (state.constraint !== 0 && target !== undefined && !this.states[target]!.duplicated) {
      this.duplicate(index, index, index, state.constraint);
    }
    let whole = true;
    if (state.kind !== "reference") {
      for (const edge of state.edges) {
        const known = this.closures[edge];
        if (known === "pending") {
          whole = false;
          continue;
        }
        for (const other of known ?? this.close(edge, false)) reached.add(other);
        whole &&= this.closures[edge] !== undefined;
      }
    }
    const closure = [...reached];
    this.spend(closure.length);
    this.depth -= 1;
    this.closures[index] = whole || outermost ? closure : undefined;
    return closure;
  }

  /** Copies what is reached from a state, so that the copies bear its constraint too. */
  private duplicate(from: number, to: number, root: number, constraint: number, depth = 0): void {
    if (depth > MAX_NESTED) throw new TooManyStates();
    let [origin, clone, inherited] = [from, to, constraint];
    for (;;) {
      const source = this.states[origin]!;
      const copy = this.states[clone]!;
      let [target, second] = source.edges;
      if (source.kind === "reference") {
        target = source.next;
        copy.edges = [this.copy(target, inherited)];
        copy.next = source.next;
      } else if (target === undefined) {
        copy.next = source.next;
        return;
      } else if (second === undefined) {
        if (origin === root && clone !== origin) {
          copy.edges = [target];
          return;
        }
        inherited |= source.constraint;
        copy.edges = [this.copy(target, inherited)];
      } else {
        const found = this.findCopy(target, inherited);
        copy.edges = [found ?? this.copy(target, inherited)];
        if (found === undefined) this.duplicate(target, copy.edges[0]!, root, inherited, depth + 1);
        target = second;
        second = this.copy(target, inherited);
        copy.edges = ascending([...copy.edges, second]);
        [origin, clone] = [target, second];
        continue;
      }
      [origin, clone] = [target, copy.edges[0]!];
    }
  }

  private spend(work: number): void {
    this.work += work;
    if (this.work > MAX_WORK) throw new TooManyStates();
  }

  private copy(origin: number, constraint: number): number {
    const source = this.states[origin]!;
    const index = this.add({ ...source, edges: [], next: -1, origin, duplicated: true });
    this.states[index]!.constraint = constraint | source.constraint;
    return index;
  }

  private findCopy(origin: number, constraint: number): number | undefined {
    for (let i = this.states.length - 1; i > 0 && this.states[i]!.duplicated; i -= 1) {
      this.spend(1);
      const state = this.states[i]!;
      if (state.origin === origin && state.constraint === constraint) return i;
    }
    return undefined;
  }
}

function ascending(states: readonly number[]): readonly number[] {
  return [...new Set(states)].sort((a, b) => a - b);
}

/** The tables of sets that are still in use: most are leaves, of which all patterns have the same. */
const TABLES = new WeakMap<ByteSet, Uint8Array>();

function tableOf(set: ByteSet): Uint8Array {
  const known = TABLES.get(set);
  if (known !== undefined) return known;
  const table = new Uint8Array(256);
  for (const [low, high] of set) table.fill(1, low, high + 1);
  TABLES.set(set, table);
  return table;
}
