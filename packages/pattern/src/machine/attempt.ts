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
import { giveBack, lazyRun, possessiveRun, rememberedRun, resumeRun, scan, times } from "./runs.js";
import { backOntoVerb, cut, enter, leaveLook, look, lookEnd, verb } from "./scopes.js";
import {
  BARRIER,
  FAIL,
  has,
  LimitReached,
  MATCH,
  NEXT_ATTEMPT,
  put,
  RECORD,
  ROOM,
  RUN,
  reserve,
  state,
  symbolAt,
  UNDO,
  VERB,
} from "./state.js";
import { lowerByte } from "./text.js";

/** Instructions that the loop below leaves to functions: each takes its place, and gives the next or `FAIL`. */
const OTHERS: Readonly<Record<number, (pc: number) => number>> = {
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
  [Op.Run]: rememberedRun,
  [Op.PossessiveRun]: possessiveRun,
  [Op.Times]: times,
  [Op.Copy]: copy,
  [Op.Restore]: restore,
  [Op.IfEmpty]: ifEmpty,
  [Op.Store]: storeCount,
  [Op.Keep]: keep,
  [Op.Any]: any,
  [Op.Fail]: () => FAIL,
  [Op.LazyRun]: lazyRun,
};

/** Takes more steps, from where on failures are remembered; the second time there are none. */
function refuel(fuel: number): number {
  state.fuel = fuel + state.later;
  state.later = 0;
  if (state.fuel < 0) throw new LimitReached();
  state.remembers = clearMemo();
  return state.fuel;
}

/** Goes back onto a record that is neither a way on nor something to undo. */
function goBack(kind: number, a: number, b: number): number {
  if (kind <= RUN) return resumeRun(RUN - kind);
  if (kind === BARRIER) return leaveLook(a, b);
  if (kind === VERB) return backOntoVerb(a, b);
  setFailed(a);
  return FAIL;
}

// biome-ignore-start lint/suspicious/noConfusingLabels: leaving the block is what an instruction does that fails.
/**
 * Attempts to match at `state.start`. What nearly every pattern does is done in this one loop, as calls would slow it down;
 * the rest is not, as V8 runs a long loop slowly for as long as it compiles it.
 */
export function attempt(): number {
  const { code, sets, text } = state.program;
  const { subject, length } = state;
  let { stack, slots, fuel, remembers } = state;
  let top = stack.length - ROOM;
  let sp = 0;
  let pc = 0;
  let pos = state.start;
  for (;;) {
    fuel -= 1;
    if (fuel < 0) {
      fuel = refuel(fuel);
      remembers = state.remembers;
    }
    if (sp > top) {
      state.sp = sp;
      reserve(stack.length);
      stack = state.stack;
      top = stack.length - ROOM;
    }
    const op = code[pc]!;
    const a = code[pc + 1]!;
    const b = code[pc + 2]!;
    failing: {
      switch (op) {
        case Op.Byte:
          if (pos >= length || subject.charCodeAt(pos) !== a) break failing;
          pos += 1;
          pc += WIDTH;
          continue;
        case Op.Set:
          if (!has(sets, a, symbolAt(subject, pos))) break failing;
          pos += 1;
          pc += WIDTH;
          continue;
        case Op.Text: {
          if (pos + b > length) break failing;
          const caseless = code[pc + 3] === 1;
          let i = 0;
          while (i < b) {
            const byte = subject.charCodeAt(pos + i);
            if ((caseless ? lowerByte(byte) : byte) !== text[a + i]) break;
            i += 1;
          }
          fuel -= i;
          if (i < b) break failing;
          pos += b;
          pc += WIDTH;
          continue;
        }
        case Op.Run: {
          if (remembers && code[pc + 5]! >= 0) break;
          const last = scan(sets, subject, a, pos, b < 0 || pos + b > length ? length : pos + b);
          fuel -= last - pos;
          if (code[pc + 4] === 1) pos = last;
          else {
            const at = giveBack(sets, subject, code[pc + 3]!, last, pos);
            fuel -= last - at;
            if (at < pos) break failing;
            if (at > pos) {
              stack[sp] = RUN - pc;
              stack[sp + 1] = at;
              stack[sp + 2] = pos;
              sp += RECORD;
              pos = at;
            }
          }
          pc += WIDTH;
          continue;
        }
        case Op.Split: {
          if (remembers && code[pc + 5]! >= 0) {
            state.sp = sp;
            if (!enterChoice(code[pc + 5]!, pos)) break failing;
            sp = state.sp;
          }
          const symbol = symbolAt(subject, pos);
          const filterA = code[pc + 3]!;
          const filterB = code[pc + 4]!;
          const opensB = filterB < 0 || has(sets, filterB, symbol);
          if (filterA < 0 || has(sets, filterA, symbol)) {
            if (opensB) {
              stack[sp] = b;
              stack[sp + 1] = pos;
              sp += RECORD;
            }
            pc = a;
            continue;
          }
          if (!opensB) break failing;
          pc = b;
          continue;
        }
        case Op.Jump:
          pc = a;
          continue;
        case Op.Save:
          sp = put(stack, slots, sp, a, pos);
          pc += WIDTH;
          continue;
        case Op.Close: {
          const end = groupSlot(a) + 1;
          if (b !== end - 1) sp = put(stack, slots, sp, end - 1, slots[b]!);
          sp = put(stack, slots, sp, end, pos);
          if (a > slots[SLOT_TOP]!) sp = put(stack, slots, sp, SLOT_TOP, a);
          pc += WIDTH;
          continue;
        }
        case Op.Start:
          if (pos !== 0) break failing;
          pc += WIDTH;
          continue;
        case Op.End:
          if (pos !== length) break failing;
          pc += WIDTH;
          continue;
        case Op.Dollar:
          if (pos !== length) break;
          pc += WIDTH;
          continue;
        case Op.Match:
          if (pos === slots[SLOT_KEEP] && (a === 1 || (a === 2 && pos === 0))) break failing;
          state.pos = pos;
          state.fuel = fuel;
          return MATCH;
      }
      state.pos = pos;
      state.sp = sp;
      state.fuel = fuel;
      const next = OTHERS[op]!(pc);
      ({ pos, sp, fuel, stack, slots } = state);
      top = stack.length - ROOM;
      if (next < FAIL) return next;
      if (next === FAIL) break failing;
      pc = next;
      continue;
    }
    // This way failed: back to the last other one.
    for (;;) {
      if (sp === 0) {
        state.fuel = fuel;
        return NEXT_ATTEMPT;
      }
      sp -= RECORD;
      const kind = stack[sp]!;
      if (kind >= 0) {
        pc = kind;
        pos = stack[sp + 1]!;
        break;
      }
      const from = stack[sp + 1]!;
      if (kind === UNDO) {
        slots[from] = stack[sp + 2]!;
        continue;
      }
      state.sp = sp;
      state.fuel = fuel;
      const next = goBack(kind, from, stack[sp + 2]!);
      ({ sp, fuel } = state);
      if (next < FAIL) return next;
      if (next === FAIL) continue;
      pos = state.pos;
      pc = next;
      break;
    }
  }
}
// biome-ignore-end lint/suspicious/noConfusingLabels: above.
