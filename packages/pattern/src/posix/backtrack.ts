import { type Budget, OutOfSteps } from "./budget.js";
import { BEFORE, BEHIND, before, behind } from "./context.js";
import type { Nfa } from "./nfa.js";
import { type Bounds, Registers } from "./registers.js";
import type { State } from "./states.js";

interface Way {
  readonly index: number;
  readonly at: number;
  readonly registers: Registers;
}

/** What a way costs, beside a state of the simulator. */
const STEPS_A_WAY = 200;

/** Runs an automaton with back references: one way after the other, and none twice that differs in nothing to come. */
export class Backtracker {
  readonly stepsPerOctet = Number.POSITIVE_INFINITY;
  private readonly referenced: readonly number[];

  constructor(
    private readonly nfa: Nfa,
    private readonly newlines: boolean,
    private readonly caseless: boolean,
  ) {
    this.referenced = [...new Set(nfa.states.flatMap(({ kind, group }) => (kind === "reference" ? [group] : [])))];
  }

  test(subject: string, budget: Budget): boolean {
    return this.match(subject, 0, budget) !== undefined;
  }

  /** The bounds of the leftmost and then longest match, by the first way to it. */
  match(subject: string, highest: number, budget: Budget): Bounds | undefined {
    const folded = this.caseless ? subject.replace(/[a-z]+/g, (letters) => letters.toUpperCase()) : subject;
    for (let start = 0; start <= subject.length; start += 1) {
      const found = this.matchAt(folded, start, budget);
      if (found === undefined) continue;
      const { sameAs } = this.nfa;
      return [{ start, end: found.at }, ...sameAs.slice(1, highest + 1).map((same) => found.registers.bounds(same))];
    }
    return undefined;
  }

  private matchAt(subject: string, start: number, budget: Budget): Way | undefined {
    const { states, first, captureCount } = this.nfa;
    const seen = new Set<string>();
    const ways: Way[] = [{ index: first, at: start, registers: new Registers(captureCount) }];
    let best: Way | undefined;
    for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
      const { index, at } = way;
      const state = states[index]!;
      if ((state.constraint & BEFORE & ~before(subject, at, this.newlines)) !== 0) continue;
      let { registers } = way;
      if (state.kind === "open" || state.kind === "close") {
        registers = registers.copy();
        registers.visit(state, at);
      }
      const key = `${index} ${at} ${this.referenced.map((group) => registers.shown(group)).join(" ")}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (!budget.spend(STEPS_A_WAY)) throw new OutOfSteps();
      const ahead = (state.constraint & BEHIND & ~behind(subject, at, this.newlines)) === 0;
      if (state.kind === "end") {
        if (ahead && (best === undefined || at > best.at || (at === best.at && index < best.index))) best = way;
        continue;
      }
      if (state.takes === undefined && state.kind !== "reference") {
        for (const edge of [...state.edges].reverse()) ways.push({ index: edge, at, registers });
        continue;
      }
      const taken = this.taken(state, registers, subject, at);
      // Comparing is work too.
      if (!budget.spend(taken ?? (state.kind === "reference" ? subject.length - at : 0))) throw new OutOfSteps();
      if (taken === undefined || (taken > 0 && !ahead)) continue;
      ways.push({ index: taken === 0 ? (state.edges[0] ?? state.next) : state.next, at: at + taken, registers });
    }
    return best;
  }

  /** How many octets a state takes here; undefined where it cannot. */
  private taken(state: State, registers: Registers, subject: string, at: number): number | undefined {
    if (state.takes !== undefined) {
      // Letters are compared as capitals, which the set has where it has the small ones.
      return at < subject.length && state.takes[subject.charCodeAt(at)] === 1 ? 1 : undefined;
    }
    const bounds = registers.bounds(state.group);
    if (bounds === undefined) return undefined;
    return subject.startsWith(subject.slice(bounds.start, bounds.end), at) ? bounds.end - bounds.start : undefined;
  }
}
