import { Firsts, nextOf, type Tables } from "./firsts.js";
import { Op, WIDTH } from "./program.js";

/** What an analysis found: see the fields of `Program`. */
interface Analysis {
  readonly remembers: boolean;
  readonly stepsPerOctet: number;
  readonly first: number;
}

/** Instructions whose cost is summed up. */
const MAX_COSTED = 200_000;

/**
 * Completes a program: with which octets its ways begin, which runs never give back, and what can be remembered.
 *
 * That a way failed from an instruction at a position is worth remembering only where nothing that follows asks how it came
 * there: what groups took, calls, verbs, counts.
 */
export function analyse(code: number[], tables: Tables): Analysis {
  const firsts = new Firsts(code, tables);
  const first = firsts.numberOf(0);
  for (let pc = 0; pc < code.length; pc += WIDTH) {
    switch (code[pc]) {
      case Op.Split:
        code[pc + 3] = firsts.numberOf(code[pc + 1]!);
        code[pc + 4] = firsts.numberOf(code[pc + 2]!);
        break;
      case Op.LazyRun:
        code[pc + 3] = firsts.numberOf(pc + WIDTH);
        break;
      case Op.Run:
      case Op.PossessiveRun: {
        const follow = firsts.of(pc + WIDTH);
        code[pc + 3] = follow === undefined ? -1 : tables.addSet(follow);
        // Bounded runs may end where more octets of the set follow.
        const base = code[pc + 1]!;
        if (code[pc + 2] === -1 && follow?.every((word, i) => (word & tables.sets[base + i]!) === 0)) {
          code[pc] = Op.Run;
          code[pc + 4] = 1;
        }
      }
    }
  }
  const asks = whatAsks(code);
  let all = true;
  let some = false;
  for (let pc = 0; pc < code.length; pc += WIDTH) {
    if (isChoice(code[pc]) && !asks[pc / WIDTH] && code[pc + 5]! >= 0) some = true;
    else {
      if (isChoice(code[pc]) || asks[pc / WIDTH] || code[pc] === Op.PossessiveRun) all = false;
      code[pc + 5] = -1;
    }
  }
  return { remembers: some, stepsPerOctet: all ? costOf(code, tables.memoSlots) : Number.POSITIVE_INFINITY, first };
}

const ASKING: ReadonlySet<Op> = new Set([
  Op.Reference,
  Op.IfGroup,
  Op.IfCall,
  Op.Call,
  Op.Return,
  Op.Accept,
  Op.Verb,
  Op.CountTo,
  Op.IfCount,
  Op.Restore,
]);

/** For each instruction whether one that asks for the past may follow. */
function whatAsks(code: readonly number[]): readonly boolean[] {
  const asks: boolean[] = [];
  for (let pc = 0; pc < code.length; pc += WIDTH) {
    asks.push(ASKING.has(code[pc]!) || (code[pc] === Op.Match && code[pc + 1] !== 0));
  }
  if (!asks.includes(true)) return asks;
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = asks.length - 1; i >= 0; i -= 1) {
      if (!asks[i] && nextOf(code, i * WIDTH).some((to) => asks[to / WIDTH])) {
        asks[i] = true;
        changed = true;
      }
    }
  }
  return asks;
}

/**
 * The steps that an octet of the subject can cost, once failures are remembered: each choice is then taken once at most for
 * each, and each way from it, by whether the loops around it have taken something. Five are those before.
 */
function costOf(code: readonly number[], memoSlots: readonly (readonly number[])[]): number {
  let budget = MAX_COSTED;
  const walk = (pc: number): number => {
    let cost = 0;
    for (let at = pc; budget > 0; budget -= 1) {
      const op = code[at];
      cost += op === Op.Text || op === Op.Times ? 1 + code[at + 2]! : 1;
      // Of a test's two ways the straight one is the longer; the body of a lookaround is bounded elsewhere.
      const [next] = nextOf(code, at);
      if (isChoice(op) || next === undefined) return cost;
      at = next;
    }
    return Number.POSITIVE_INFINITY;
  };
  let sum = 5 + walk(0);
  for (let pc = 0; pc < code.length; pc += WIDTH) {
    if (!isChoice(code[pc])) {
      if (code[pc] === Op.Look) sum += walk(pc + WIDTH);
      continue;
    }
    // A bounded run is begun anew at each octet, an unlimited one goes on where it was.
    const ways =
      code[pc] === Op.Split
        ? walk(code[pc + 1]!) + walk(code[pc + 2]!)
        : (Math.max(code[pc + 2]!, 0) + 1) * (walk(pc + WIDTH) + 2);
    sum += ways * 2 ** (memoSlots[code[pc + 5]!]?.length ?? 0);
  }
  return sum;
}

function isChoice(op: number | undefined): boolean {
  return op === Op.Split || op === Op.Run || op === Op.LazyRun;
}
