import { type Budget, OutOfSteps } from "./budget.js";
import { BEFORE, BEHIND, before, behind } from "./context.js";
import type { Nfa } from "./nfa.js";
import type { Bounds, Span } from "./registers.js";
import type { State } from "./states.js";
import { Trace } from "./trace.js";

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
