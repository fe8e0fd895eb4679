import { END_OF_SUBJECT, Op, SET_WORDS, WIDTH } from "./program.js";

/** What the instructions of a program refer to. */
interface Tables {
  readonly sets: readonly number[];
  readonly text: readonly number[];
  readonly ranges: readonly Int32Array[];
  readonly memoSlots: readonly (readonly number[])[];
  /** Whether a newline is LF alone. */
  readonly isPlainNewline: boolean;
  addSet(words: readonly number[]): number;
}

/** What an analysis found: see the fields of `Program`. */
interface Analysis {
  readonly remembers: boolean;
  readonly stepsPerOctet: number;
  readonly first: number;
}

/** Instructions looked at to see with which octet a way begins. */
const MAX_LOOK = 48;
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
  const first = startsWithVerb(code) ? literalStart(code, tables) : firsts.numberOf(0);
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

function startsWithVerb(code: readonly number[]): boolean {
  let pc = 0;
  while (OPENING.has(code[pc]!)) pc += WIDTH;
  return code[pc] === Op.Verb;
}

const OPENING: ReadonlySet<Op> = new Set([Op.Save, Op.Enter]);

/** PCRE2 searches for the octet that a pattern begins with, where it is one, before it comes to a verb. */
function literalStart(code: readonly number[], tables: Tables): number {
  const words = new Firsts(code, tables, true).of(0);
  const symbols: number[] = [];
  for (let symbol = 0; symbol <= END_OF_SUBJECT; symbol += 1) {
    if (words !== undefined && (words[symbol >> 5]! >>> (symbol & 31)) & 1) symbols.push(symbol);
  }
  const [low = END_OF_SUBJECT, high = low, ...more] = symbols;
  const isOne =
    more.length === 0 && high < END_OF_SUBJECT && (low === high || (high === low + 32 && low >= 0x41 && low <= 0x5a));
  return words !== undefined && isOne ? tables.addSet(words) : -1;
}

/** Where an instruction goes on, those that it calls apart. */
function nextOf(code: readonly number[], pc: number): number[] {
  switch (code[pc]) {
    case Op.Fail:
    case Op.Return:
    case Op.Match:
      return [];
    case Op.Split:
      return [code[pc + 1]!, code[pc + 2]!];
    case Op.Jump:
      return [code[pc + 1]!];
    case Op.Accept:
      return code[pc + 1]! < 0 ? [] : [code[pc + 1]!];
    case Op.IfEmpty:
    case Op.IfGroup:
    case Op.IfCall:
      return [pc + WIDTH, code[pc + 2]!];
    case Op.CountTo:
    case Op.IfCount:
      return [pc + WIDTH, code[pc + 3]!];
    case Op.Look:
      return [pc + WIDTH, code[pc + 2]!, code[pc + 3]!].filter((to) => to >= 0);
    case Op.LookEnd:
      return [code[pc + 2]!, code[pc + 3]!].filter((to) => to >= 0);
    default:
      return [pc + WIDTH];
  }
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

/** The octets, or the end, with which a way from an instruction begins. */
class Firsts {
  constructor(
    private readonly code: readonly number[],
    private readonly tables: Tables,
    private readonly throughVerbs = false,
  ) {}

  /** As the number of a set; -1 where any may begin it. */
  numberOf(pc: number): number {
    const words = this.of(pc);
    return words === undefined ? -1 : this.tables.addSet(words);
  }

  of(start: number): readonly number[] | undefined {
    const words = new Array<number>(SET_WORDS).fill(0);
    const seen = new Set<number>();
    const open = [start];
    for (let pc = open.pop(); pc !== undefined; pc = open.pop()) {
      if (seen.has(pc)) continue;
      seen.add(pc);
      if (seen.size > MAX_LOOK) return undefined;
      const further = this.visit(pc, words);
      if (further === undefined) return undefined;
      open.push(...further);
    }
    return words;
  }

  /** Adds the octets that an instruction takes, and gives those to look at behind it; undefined where it takes any. */
  private visit(pc: number, words: number[]): readonly number[] | undefined {
    const { code, tables } = this;
    const add = (symbol: number): void => {
      words[symbol >> 5]! |= 1 << (symbol & 31);
    };
    const addSet = (base: number): void => {
      for (let i = 0; i < SET_WORDS; i += 1) words[i]! |= tables.sets[base + i]!;
    };
    switch (code[pc]) {
      case Op.Byte:
        add(code[pc + 1]!);
        return [];
      case Op.Set:
      case Op.Times:
        addSet(code[pc + 1]!);
        return [];
      case Op.Run:
      case Op.LazyRun:
      case Op.PossessiveRun:
        addSet(code[pc + 1]!);
        return [pc + WIDTH];
      case Op.Text: {
        const byte = tables.text[code[pc + 1]!]!;
        add(byte);
        if (code[pc + 3] === 1 && byte >= 0x61 && byte <= 0x7a) add(byte - 32);
        return [];
      }
      case Op.Chars: {
        const ranges = tables.ranges[code[pc + 1]!]!;
        for (let i = 0; i < ranges.length; i += 2) {
          for (let byte = leadOf(ranges[i]!); byte <= leadOf(ranges[i + 1]!); byte += 1) add(byte);
        }
        return [];
      }
      case Op.Fail:
        return [];
      case Op.End:
        add(END_OF_SUBJECT);
        return [];
      case Op.Look:
        return [code[pc + 2]!, code[pc + 3]!].filter((to) => to >= 0);
      case Op.Any:
        words.fill(-1, 0, SET_WORDS - 1);
        return [];
      case Op.Reference:
      case Op.Call:
      case Op.Return:
      case Op.LookEnd:
      case Op.Accept:
      case Op.Back:
      case Op.Restore:
      case Op.Match:
        return undefined;
      // What follows must not choose among the ways before it: behind these there is no way back to them.
      case Op.Cut:
      case Op.Verb:
        return this.throughVerbs && code[pc] === Op.Verb ? [pc + WIDTH] : undefined;
      case Op.Dollar:
      case Op.LineEnd:
        for (const symbol of tables.isPlainNewline ? [10] : [0, 10, 11, 12, 13, 0x85, 0xc2, 0xe2]) add(symbol);
        add(END_OF_SUBJECT);
        return [];
      default:
        return nextOf(code, pc);
    }
  }
}

/** The octet with which UTF-8 writes a code point first. */
function leadOf(char: number): number {
  if (char < 0x80) return char;
  if (char < 0x800) return 0xc0 | (char >> 6);
  return char < 0x10000 ? 0xe0 | (char >> 12) : 0xf0 | (char >> 18);
}
