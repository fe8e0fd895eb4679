import { type Budget, OutOfSteps } from "./budget.js";
import { BEFORE, BEHIND, before, behind } from "./context.js";
import type { Nfa } from "./nfa.js";
import { type Bounds, Registers, type Span } from "./registers.js";
import type { State } from "./states.js";

/** Finds the bounds of groups in a match whose ends are known, as glibc does: which ways lead to the end, then the first of them. */
export class Trace {
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
