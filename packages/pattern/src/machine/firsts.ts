import { END_OF_SUBJECT, Op, SET_WORDS, WIDTH } from "./program.js";

/** What the instructions of a program refer to. */
export interface Tables {
  readonly sets: readonly number[];
  readonly text: readonly number[];
  readonly ranges: readonly Int32Array[];
  readonly memoSlots: readonly (readonly number[])[];
  /** Whether a newline is LF alone. */
  readonly isPlainNewline: boolean;
  addSet(words: readonly number[]): number;
}

/** Instructions looked at to see with which octet a way begins. */
const MAX_LOOK = 48;
/** The octets, or the end, with which a way from an instruction begins. */
export class Firsts {
  constructor(
    private readonly code: readonly number[],
    private readonly tables: Tables,
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
        return holdsVerb(code, pc) ? undefined : [code[pc + 2]!, code[pc + 3]!].filter((to) => to >= 0);
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
      // What follows must not choose among the ways before it: behind these there is no way back to them.
      case Op.Cut:
      case Op.Verb:
        return undefined;
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

/** Whether a verb stands in the lookaround that begins here: it acts though the lookaround fails. */
function holdsVerb(code: readonly number[], look: number): boolean {
  for (let pc = look; code[pc] !== Op.LookEnd || code[pc + 1] !== code[look + 1]; pc += WIDTH) {
    if (code[pc] === Op.Verb) return true;
  }
  return false;
}

/** The octet with which UTF-8 writes a code point first. */
function leadOf(char: number): number {
  if (char < 0x80) return char;
  if (char < 0x800) return 0xc0 | (char >> 6);
  return char < 0x10000 ? 0xe0 | (char >> 12) : 0xf0 | (char >> 18);
}

/** Where an instruction goes on, those that it calls apart. */
export function nextOf(code: readonly number[], pc: number): number[] {
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
