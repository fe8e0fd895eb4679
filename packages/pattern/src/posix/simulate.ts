import { BEFORE, BEHIND, before, behind } from "./context.js";
import type { Nfa, State } from "./nfa.js";

/** Where a match begins and ends. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Bounds of each group by number, or undefined where it took no part; 0 is the whole match. */
export type Bounds = readonly (Span | undefined)[];

/** Steps of one match. */
export class Budget {
  constructor(private left: number) {}

  /** Takes steps; false where there are not so many left. */
  spend(steps: number): boolean {
    this.left -= steps;
    return this.left >= 0;
  }
}

/** Thrown where a budget is spent, and caught by the matcher. */
export class OutOfSteps extends Error {}

/** Runs an automaton without back references over subjects: all its ways at once, so that each octet costs no more than its states. */
export class Simulator {
  readonly stepsPerOctet: number;
  private readonly states: readonly State[];
  /** Whether there is more than one way, so that glibc looks which ways lead to the end. */
  private readonly forks: boolean;

  constructor(
    private readonly nfa: Nfa,
    private readonly newlines: boolean,
  ) {
    this.states = nfa.states;
    this.stepsPerOctet = nfa.closures.reduce((sum, closure) => sum + closure.length, 0);
    this.forks = this.states.some(({ kind }) => kind === "fork");
  }

  test(subject: string, budget: Budget): boolean {
    return this.find(subject, 0, budget, false) !== undefined;
  }

  /** @param highest the highest group asked for, which glibc's bounds depend on */
  match(subject: string, highest: number, budget: Budget): Bounds | undefined {
    for (let from = 0; ; ) {
      const span = this.find(subject, from, budget, true);
      if (span === undefined || highest === 0) return span && [span];
      const bounds = new Trace(this.nfa, this.newlines, this.forks, subject, span, highest, budget).bounds();
      if (bounds !== "elsewhere") return bounds;
      from = span.start + 1;
    }
  }

  /** The leftmost and then longest match, or the first end of any. */
  private find(subject: string, from: number, budget: Budget, longest: boolean): Span | undefined {
    const { states, nfa } = this;
    let starts = new Int32Array(states.length);
    let nextStarts = new Int32Array(states.length);
    const seen = new Int32Array(states.length).fill(-1);
    let current: number[] = [];
    let best: Span | undefined;
    const enter = (list: number[], into: Int32Array, state: number, at: number, start: number, holds: number): void => {
      const closure = nfa.closures[state]!;
      if (!budget.spend(closure.length)) throw new OutOfSteps();
      for (const other of closure) {
        if ((states[other]!.constraint & BEFORE & ~holds) !== 0) continue;
        if (seen[other] !== at) {
          seen[other] = at;
          into[other] = start;
          list.push(other);
        } else if (start < into[other]!) into[other] = start;
      }
    };
    for (let at = from; ; at += 1) {
      if (best === undefined) enter(current, starts, nfa.first, at, at, before(subject, at, this.newlines));
      const ahead = behind(subject, at, this.newlines);
      for (const index of current) {
        const { kind, constraint } = states[index]!;
        if (kind !== "end" || (constraint & BEHIND & ~ahead) !== 0) continue;
        const start = starts[index]!;
        if (best === undefined || start <= best.start) best = { start, end: at };
      }
      if (best !== undefined && !longest) return best;
      if (at >= subject.length || (best !== undefined && current.length === 0)) return best;
      const byte = subject.charCodeAt(at);
      // Within a match glibc takes any newline for the end of a line.
      const [passed, coming] = [before(subject, at + 1, true), behind(subject, at, true)];
      const next: number[] = [];
      for (const index of current) {
        const state = states[index]!;
        if (state.takes?.[byte] !== 1 || (state.constraint & BEHIND & ~coming) !== 0) continue;
        const start = starts[index]!;
        if (best === undefined || start <= best.start) enter(next, nextStarts, state.next, at + 1, start, passed);
      }
      current = next;
      [starts, nextStarts] = [nextStarts, starts];
    }
  }
}

/** Finds the bounds of groups in a match whose ends are known, as glibc does: which ways lead to the end, then the first of them. */
class Trace {
  /** For each place from the start, the states that are reached there, and whether one is. */
  private readonly log: { readonly list: number[]; readonly has: Uint8Array }[] = [];

  constructor(
    private readonly nfa: Nfa,
    private readonly newlines: boolean,
    private readonly forks: boolean,
    private readonly subject: string,
    private readonly span: Span,
    private readonly highest: number,
    private readonly budget: Budget,
  ) {}

  /** The bounds; undefined where glibc then finds no match; `elsewhere` where it goes on to a later start. */
  bounds(): Bounds | undefined | "elsewhere" {
    this.spend(this.span.end - this.span.start + 1);
    this.run();
    const last = this.lastState();
    if (this.forks && !this.sift(last)) return "elsewhere";
    return this.walk(last);
  }

  private spend(steps: number): void {
    if (!this.budget.spend(steps)) throw new OutOfSteps();
  }

  private run(): void {
    const { nfa, subject, span } = this;
    this.enter(0, nfa.first, before(subject, span.start, this.newlines));
    for (let at = span.start; at < span.end; at += 1) {
      const byte = subject.charCodeAt(at);
      const [passed, coming] = [before(subject, at + 1, true), behind(subject, at, true)];
      for (const index of this.log[at - span.start]?.list ?? []) {
        const state = nfa.states[index]!;
        if (state.takes?.[byte] !== 1 || (state.constraint & BEHIND & ~coming) !== 0) continue;
        this.enter(at + 1 - span.start, state.next, passed);
      }
    }
  }

  private enter(place: number, state: number, holds: number): void {
    const { states, closures } = this.nfa;
    this.log[place] ??= { list: [], has: new Uint8Array(states.length) };
    const { list, has } = this.log[place];
    const closure = closures[state]!;
    this.spend(closure.length);
    for (const other of closure) {
      if (has[other] === 1 || (states[other]!.constraint & BEFORE & ~holds) !== 0) continue;
      has[other] = 1;
      list.push(other);
    }
  }

  private holds(state: State, at: number): boolean {
    return (state.constraint & BEHIND & ~behind(this.subject, at, this.newlines)) === 0;
  }

  private lastState(): number {
    const { end, start } = this.span;
    const ends = (this.log[end - start]?.list ?? []).filter((index) => {
      const state = this.nfa.states[index]!;
      return state.kind === "end" && this.holds(state, end);
    });
    return Math.min(...ends);
  }

  /** Keeps in the log what leads to the last state; false where nothing does. */
  private sift(last: number): boolean {
    const { states, closures } = this.nfa;
    let kept: readonly number[] = [last];
    for (let i = this.log.length - 1; ; i -= 1) {
      const { list, has } = this.log[i]!;
      const target = new Set(kept);
      for (const index of list) {
        const closure = closures[index]!;
        this.spend(closure.length);
        if (!closure.some((other) => target.has(other))) has[index] = 0;
      }
      if (i === 0) return true;
      const at = this.span.start + i - 1;
      const byte = this.subject.charCodeAt(at);
      kept = (this.log[i - 1]?.list ?? []).filter((index) => {
        const state = states[index]!;
        return state.takes?.[byte] === 1 && has[state.next] === 1 && this.holds(state, at);
      });
      if (kept.length === 0) return false;
    }
  }

  private walk(last: number): Bounds | undefined {
    const { states, first, sameAs } = this.nfa;
    const registers = new Registers(this.highest);
    const passed = new Set<number>();
    let [at, index] = [this.span.start, first];
    for (;;) {
      this.spend(1);
      const state = states[index]!;
      registers.visit(state, at);
      if (at === this.span.end && index === last) break;
      if (state.takes !== undefined) {
        if (state.takes[this.subject.charCodeAt(at)] !== 1 || !this.holds(state, at)) return undefined;
        at += 1;
        if (at > this.span.end) break;
        passed.clear();
        index = state.next;
        continue;
      }
      passed.add(index);
      const [one, other] = state.edges.filter((edge) => this.log[at - this.span.start]?.has[edge] === 1);
      if (one === undefined) return undefined;
      index = other !== undefined && passed.has(one) ? other : one;
    }
    return [this.span, ...sameAs.slice(1, this.highest + 1).map((same) => registers.bounds(same))];
  }
}

/** The bounds of groups on one way, kept as glibc keeps them. */
export class Registers {
  /** Start and end of each group, -1 where there is none. */
  private current: Int32Array;
  /** As they were behind the last group that took something. */
  private kept: Int32Array;

  constructor(private readonly highest: number) {
    this.current = new Int32Array(2 * (highest + 1)).fill(-1);
    this.kept = this.current.slice();
  }

  copy(): Registers {
    const copy = new Registers(this.highest);
    copy.current.set(this.current);
    copy.kept.set(this.kept);
    return copy;
  }

  visit({ kind, group, optional }: State, at: number): void {
    if (group > this.highest) return;
    const [start, end] = [2 * group, 2 * group + 1];
    if (kind === "open") {
      this.current[start] = at;
      this.current[end] = -1;
    } else if (kind === "close") {
      if (this.current[start]! < at) {
        this.current[end] = at;
        this.kept = this.current.slice();
      } else if (optional && this.kept[start] !== -1) {
        // An empty turn of a repeated group undoes itself, with the groups in it.
        this.current = this.kept.slice();
      } else this.current[end] = at;
    }
  }

  /** Both ends of a group, set or not, to compare. */
  shown(group: number): string {
    return `${this.current[2 * group]},${this.current[2 * group + 1]}`;
  }

  bounds(group: number): Span | undefined {
    const [start = -1, end = -1] = this.current.subarray(2 * group, 2 * group + 2);
    return start < 0 || end < 0 ? undefined : { start, end };
  }
}
