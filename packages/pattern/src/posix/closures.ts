import { ascending, type States, TooManyStates } from "./states.js";

/** States that are reached from states without taking an octet, over all of them, and looks at copies. */
const MAX_WORK = 200_000;
/** States in a row that take nothing. */
const MAX_NESTED = 1000;

/** Reckons what is reached from each state without taking an octet, and copies states that come to bear a constraint so. */
export class Closures {
  private readonly closures: (readonly number[] | "pending" | undefined)[] = [];
  private work = 0;
  private depth = 0;

  constructor(private readonly states: States) {}

  /** For each state, itself and what is reached from it. */
  all(): readonly (readonly number[])[] {
    for (let again = true; again; ) {
      again = false;
      for (let i = 0; i < this.states.all.length; i += 1) {
        if (this.closures[i] === undefined) {
          this.close(i, true);
          again ||= this.closures[i] === undefined;
        }
      }
    }
    return this.closures.map((closure) => (Array.isArray(closure) ? closure : []));
  }

  /** What is reached from a state; not kept where it is not all, as it is being reckoned further out. */
  private close(index: number, outermost: boolean): readonly number[] {
    const state = this.states.all[index]!;
    const reached = new Set([index]);
    this.depth += 1;
    if (this.depth > MAX_NESTED) throw new TooManyStates();
    this.closures[index] = "pending";
    const [target] = state.edges;
    if (state.constraint !== 0 && target !== undefined && !this.states.all[target]!.duplicated) {
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
      const source = this.states.all[origin]!;
      const copy = this.states.all[clone]!;
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
    const source = this.states.all[origin]!;
    const index = this.states.add({ ...source, edges: [], next: -1, origin, duplicated: true });
    this.states.all[index]!.constraint = constraint | source.constraint;
    return index;
  }

  private findCopy(origin: number, constraint: number): number | undefined {
    for (let i = this.states.all.length - 1; i > 0 && this.states.all[i]!.duplicated; i -= 1) {
      this.spend(1);
      const state = this.states.all[i]!;
      if (state.origin === origin && state.constraint === constraint) return i;
    }
    return undefined;
  }
}
