import { call, endCall, ifCall } from "./calls.js";
import {
  any,
  back,
  chars,
  copy,
  countTo,
  dollar,
  ifCount,
  ifEmpty,
  ifGroup,
  keep,
  lineEnd,
  lineStart,
  reference,
  restore,
  storeCount,
  wordBoundary,
} from "./checks.js";
import { clearMemo, enterChoice, setFailed } from "./memo.js";
import { groupSlot, Op, SLOT_KEEP, SLOT_TOP, WIDTH } from "./program.js";
import { lazyRun, possessiveRun, resumeRun, run, times } from "./runs.js";
import { backOntoVerb, cut, enter, leaveLook, look, lookEnd, verb } from "./scopes.js";
import {
  BARRIER,
  FAIL,
  has,
  LimitReached,
  MARK,
  MATCH,
  NEXT_ATTEMPT,
  RECORD,
  RUN,
  reserve,
  state,
  store,
  symbolAt,
  UNDO,
} from "./state.js";
import { lowerByte } from "./text.js";

/** What each instruction does: given its place, it gives the next one to go on at, or `FAIL`. */
const INSTRUCTIONS: Readonly<Record<number, (pc: number) => number>> = {
  [Op.Dollar]: dollar,
  [Op.LineStart]: lineStart,
  [Op.LineEnd]: lineEnd,
  [Op.WordBoundary]: wordBoundary,
  [Op.NoWordBoundary]: wordBoundary,
  [Op.CountTo]: countTo,
  [Op.IfCount]: ifCount,
  [Op.Back]: back,
  [Op.Chars]: chars,
  [Op.Reference]: reference,
  [Op.IfGroup]: ifGroup,
  [Op.IfCall]: ifCall,
  [Op.Call]: call,
  [Op.Accept]: endCall,
  [Op.Return]: endCall,
  [Op.Enter]: enter,
  [Op.Cut]: cut,
  [Op.Look]: look,
  [Op.LookEnd]: lookEnd,
  [Op.Verb]: verb,
  [Op.PossessiveRun]: possessiveRun,
  [Op.Times]: times,
  [Op.Copy]: copy,
  [Op.Restore]: restore,
  [Op.IfEmpty]: ifEmpty,
  [Op.Store]: storeCount,
  [Op.Keep]: keep,
  [Op.Any]: any,
  [Op.LazyRun]: lazyRun,
  [Op.Byte]: byte,
  [Op.Set]: set,
  [Op.Text]: literal,
  [Op.Run]: run,
  [Op.Split]: split,
  [Op.Jump]: jump,
  [Op.Save]: save,
  [Op.Close]: close,
  [Op.Start]: atStart,
  [Op.End]: atEnd,
  [Op.Match]: match,
  [Op.Fail]: () => FAIL,
};

/** Attempts to match at `state.start`: `MATCH`, `NEXT_ATTEMPT` or `NO_MATCH`. */
export function attempt(): number {
  const { code } = state.program;
  let pc = 0;
  state.sp = 0;
  state.pos = state.start;
  while (pc >= 0) {
    state.fuel -= 1;
    if (state.fuel < 0) refuel();
    if (state.sp > state.top) reserve(0);
    pc = INSTRUCTIONS[code[pc]!]!(pc);
    if (pc === FAIL) pc = goBack();
  }
  return pc;
}

/** Takes more steps, from where on failures are remembered; the second time there are none. */
function refuel(): void {
  state.fuel += state.later;
  state.later = 0;
  if (state.fuel < 0) throw new LimitReached();
  state.remembers = clearMemo();
}

/** Goes back to the last other way, and undoes what was done since. */
function goBack(): number {
  const { stack, slots } = state;
  let { sp } = state;
  while (sp > 0) {
    sp -= RECORD;
    const kind = stack[sp]!;
    const a = stack[sp + 1]!;
    if (kind >= 0) {
      state.sp = sp;
      state.pos = a;
      return kind;
    }
    if (kind === UNDO) slots[a] = stack[sp + 2]!;
    else if (kind === MARK) setFailed(a);
    else {
      state.sp = sp;
      const next =
        kind <= RUN
          ? resumeRun(RUN - kind)
          : kind === BARRIER
            ? leaveLook(a, stack[sp + 2]!)
            : backOntoVerb(a, stack[sp + 2]!);
      if (next !== FAIL) return next;
      sp = state.sp;
    }
  }
  return NEXT_ATTEMPT;
}

function byte(pc: number): number {
  const { pos, length, subject, program } = state;
  if (pos >= length || subject.charCodeAt(pos) !== program.code[pc + 1]) return FAIL;
  state.pos = pos + 1;
  return pc + WIDTH;
}

function set(pc: number): number {
  const { pos, subject, program } = state;
  if (!has(program.sets, program.code[pc + 1]!, symbolAt(subject, pos))) return FAIL;
  state.pos = pos + 1;
  return pc + WIDTH;
}

function literal(pc: number): number {
  const { pos, subject, length } = state;
  const { code, text } = state.program;
  const from = code[pc + 1]!;
  const count = code[pc + 2]!;
  const caseless = code[pc + 3] === 1;
  if (pos + count > length) return FAIL;
  let i = 0;
  while (i < count) {
    const byte = subject.charCodeAt(pos + i);
    if ((caseless ? lowerByte(byte) : byte) !== text[from + i]) break;
    i += 1;
  }
  state.fuel -= i;
  if (i < count) return FAIL;
  state.pos = pos + count;
  return pc + WIDTH;
}

function split(pc: number): number {
  const { pos, subject, remembers, program } = state;
  const { code, sets } = program;
  if (remembers && code[pc + 5]! >= 0 && !enterChoice(code[pc + 5]!, pos)) return FAIL;
  const symbol = symbolAt(subject, pos);
  const filterA = code[pc + 3]!;
  const filterB = code[pc + 4]!;
  const opensB = filterB < 0 || has(sets, filterB, symbol);
  if (filterA >= 0 && !has(sets, filterA, symbol)) return opensB ? code[pc + 2]! : FAIL;
  if (opensB) {
    const { stack, sp } = state;
    stack[sp] = code[pc + 2]!;
    stack[sp + 1] = pos;
    state.sp = sp + RECORD;
  }
  return code[pc + 1]!;
}

function jump(pc: number): number {
  return state.program.code[pc + 1]!;
}

function save(pc: number): number {
  store(state.program.code[pc + 1]!, state.pos);
  return pc + WIDTH;
}

function close(pc: number): number {
  const { slots, program } = state;
  const group = program.code[pc + 1]!;
  const begin = groupSlot(group);
  if (program.code[pc + 2] !== begin) store(begin, slots[program.code[pc + 2]!]!);
  store(begin + 1, state.pos);
  if (group > slots[SLOT_TOP]!) store(SLOT_TOP, group);
  return pc + WIDTH;
}

function atStart(pc: number): number {
  return state.pos === 0 ? pc + WIDTH : FAIL;
}

function atEnd(pc: number): number {
  return state.pos === state.length ? pc + WIDTH : FAIL;
}

function match(pc: number): number {
  const { pos, slots, program } = state;
  const asked = program.code[pc + 1]!;
  return pos === slots[SLOT_KEEP] && (asked === 1 || (asked === 2 && pos === 0)) ? FAIL : MATCH;
}
