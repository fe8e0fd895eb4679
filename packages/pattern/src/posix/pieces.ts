import type { ByteSet } from "../byte-set.js";
import type { Node, Pattern } from "../syntax.js";
import { constraintsOf } from "./anchors.js";
import { ascending, type State, type States } from "./states.js";

/** A piece: where it is entered, and what goes on with the state behind it. */
interface Piece {
  readonly first: number;
  readonly open: readonly ((next: number) => void)[];
}

/** Writes the states of a pattern, in glibc's order. */
export class PieceBuilder {
  /** For each group: the one around it that has the same bounds and stands for it, else itself. */
  readonly sameAs: number[];
  private readonly referenced = new Set<number>();

  /** @param groups groups to keep; others are matched without a trace */
  constructor(
    private readonly states: States,
    private readonly pattern: Pattern,
    private readonly groups: "all" | "referenced",
  ) {
    this.sameAs = Array.from({ length: pattern.captureCount + 1 }, (_, i) => i);
  }

  /** Adds the states of the whole pattern, and gives the first. */
  build(): number {
    this.findReferenced(this.pattern.root);
    const piece = this.piece(this.pattern.root, false, false);
    return this.enter(piece, this.states.add({ kind: "end" }));
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
    const first = this.states.add(state);
    const set = (next: number): void => {
      const made = this.states.all[first]!;
      if (made.kind !== "anchor" && made.kind !== "open" && made.kind !== "close") made.next = next;
      if (made.kind !== "set") made.edges = [next];
    };
    return { first, open: [set] };
  }

  private fork(left: Piece | undefined, right: Piece | undefined, duplicated: boolean): Piece {
    const first = this.states.add({ kind: "fork", duplicated });
    const state = this.states.all[first]!;
    const set = (next: number): void => {
      state.edges = ascending([left?.first ?? next, right?.first ?? next]);
    };
    return { first, open: [...(left?.open ?? []), ...(right?.open ?? []), set] };
  }

  private loop(body: Piece, duplicated: boolean): Piece {
    const first = this.states.add({ kind: "fork", duplicated });
    const state = this.states.all[first]!;
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
