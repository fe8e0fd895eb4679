import { newlineAt, newlineBefore } from "./newline.js";
import {
  groupSlot,
  Op,
  type Program,
  SET_WORDS,
  SLOT_FRAME,
  SLOT_FRAMES_TOP,
  SLOT_KEEP,
  SLOT_SCOPE,
  SLOT_TOP,
  Verb,
  WIDTH,
} from "./program.js";
import { hasRange, lowerByte, readChar, sameLetter } from "./text.js";

/** What a run came to. */
type Outcome = "match" | "no-match" | "match-limit";

/** A run's outcome, where the match begins and ends, its groups (in the program's slots), and how many steps it took. */
export interface Run {
  outcome: Outcome;
  start: number;
  end: number;
  steps: number;
}

/** Numbers on the stack of ways back, beyond which a match ends with `match-limit`: 48 MB. */
const MAX_STACK = 12_000_000;
/** Numbers in the frames of open calls, likewise. */
const MAX_FRAMES = 4_000_000;
/** Bits of the memo; a subject that needs more runs without. */
const MAX_MEMO_BITS = 1 << 26;
/** Numbers kept from one match to the next. */
const KEPT = 65_536;

// Records on the stack are three numbers: an instruction and a position to go on at, or one of these and two operands.
const UNDO = -1;
const MARK = -2;
const BARRIER = -3;
const VERB = -4;
/** A run of octets that can be shorter or longer: this less its instruction; where it stands; where it began. */
const RUN = -16;
const RECORD = 3;
/** Numbers of an open call, before the slots that it gives back: the call around it, where to return to, its group, where it began and at what height. */
const FRAME = 5;

let stack = new Int32Array(3 * 1024);
let frames = new Int32Array(256);
let memo = new Int32Array(256);
let slots = new Int32Array(64);

/** Where a group of the last match begins and ends; undefined where it took no part. */
export function lastGroup(index: number): readonly [from: number, to: number] | undefined {
  const slot = groupSlot(index);
  return isSet(index) ? [slots[slot]!, slots[slot + 1]!] : undefined;
}

function isSet(index: number): boolean {
  return index <= slots[SLOT_TOP]! && slots[groupSlot(index) + 1]! >= 0;
}

class LimitReached extends Error {}

/**
 * Runs a program on a subject of octets, from its start, with at most so many steps.
 *
 * A step is an instruction, or an octet that one looks at. Not re-entrant: matches share their memory.
 */
export function runProgram(program: Program, subject: string, maxSteps: number): Run {
  const run: Run = { outcome: "no-match", start: -1, end: -1, steps: 0 };
  try {
    search(program, subject, maxSteps, run);
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error;
    run.outcome = "match-limit";
  }
  if (stack.length > KEPT) stack = new Int32Array(KEPT);
  if (frames.length > KEPT) frames = new Int32Array(KEPT);
  if (memo.length > KEPT) memo = new Int32Array(KEPT);
  return run;
}

function growStack(needed: number): void {
  if (needed > MAX_STACK) throw new LimitReached();
  const larger = new Int32Array(Math.max(needed, Math.min(stack.length * 2, MAX_STACK)));
  larger.set(stack);
  stack = larger;
}

function growFrames(needed: number): void {
  if (needed > MAX_FRAMES) throw new LimitReached();
  const larger = new Int32Array(Math.max(needed, Math.min(frames.length * 2, MAX_FRAMES)));
  larger.set(frames);
  frames = larger;
}

/** Takes records off the stack down to a height, and undoes what they say. */
function unwind(from: number, to: number): number {
  for (let sp = from - RECORD; sp >= to; sp -= RECORD) {
    if (stack[sp] === UNDO) slots[stack[sp + 1]!] = stack[sp + 2]!;
  }
  return to;
}

/** Forgets the ways back between two heights, from the second into the place of the first, and keeps what is to undo. */
function compact(top: number, from: number, into: number): number {
  if (into === 0) return 0;
  let sp = into;
  for (let read = from; read < top; read += RECORD) {
    if (stack[read] !== UNDO) continue;
    stack[sp] = UNDO;
    stack[sp + 1] = stack[read + 1]!;
    stack[sp + 2] = stack[read + 2]!;
    sp += RECORD;
  }
  return sp;
}

/** Stores a value in a slot; where there is a way back, it will be undone. */
function put(sp: number, slot: number, value: number): number {
  let top = sp;
  if (sp > 0) {
    stack[sp] = UNDO;
    stack[sp + 1] = slot;
    stack[sp + 2] = slots[slot]!;
    top += RECORD;
  }
  slots[slot] = value;
  return top;
}

/** Starts anew to remember what failed. False where the subject is too long for it. */
function clearMemo(program: Program, length: number): boolean {
  const words = Math.ceil((program.memoWidth * (length + 1)) / 32);
  if (words * 32 > MAX_MEMO_BITS) return false;
  if (memo.length < words) memo = new Int32Array(words);
  else memo.fill(0, 0, words);
  return true;
}

function search(program: Program, subject: string, maxSteps: number, run: Run): void {
  const { code, sets, text, lists, ranges, memoSlots, slotCount, first, utf, newline } = program;
  const length = subject.length;
  // Most matches end long before remembering would pay.
  const patience = Math.min(maxSteps, 64 + 4 * length);
  let fuel = patience;
  let granted = patience;
  let remembers = false;
  let marks = memo;
  if (slots.length < slotCount) slots = new Int32Array(slotCount);
  let next = 0;

  const remembered = (ordinal: number, at: number): number => {
    let place = ordinal;
    const loops = memoSlots[ordinal]!;
    for (let i = 0; i < loops.length; i += 1) if (slots[loops[i]!] === at) place += 1 << i;
    return place * (length + 1) + at;
  };

  attempts: while (next <= length) {
    let start = next;
    if (first >= 0) {
      const base = first * SET_WORDS;
      if (program.anchored) {
        const symbol = length > 0 ? subject.charCodeAt(0) : 256;
        if (((sets[base + (symbol >> 5)]! >>> (symbol & 31)) & 1) === 0) return;
      } else {
        while (start < length) {
          const symbol = subject.charCodeAt(start);
          if (((sets[base + (symbol >> 5)]! >>> (symbol & 31)) & 1) !== 0) break;
          start += 1;
        }
        if (start === length && (sets[base + 8]! & 1) === 0) return;
        fuel -= start - next;
      }
    }
    if (utf) while (start < length && (subject.charCodeAt(start) & 0xc0) === 0x80) start += 1;
    if (program.skipsCrlf && start > 0 && subject.charCodeAt(start - 1) === 13 && subject.charCodeAt(start) === 10) {
      start += 1;
    }
    next = program.anchored ? length + 1 : start + 1;
    slots.fill(-1, 0, slotCount);
    slots[SLOT_FRAMES_TOP] = 0;
    slots[SLOT_TOP] = 0;
    slots[SLOT_KEEP] = start;
    fuel -= slotCount >> 3;
    let sp = 0;
    let pc = 0;
    let pos = start;
    let top = stack.length - 16 * RECORD;

    step: for (;;) {
      fuel -= 1;
      if (fuel < 0) {
        // The first time is not the limit: from here on failures are remembered.
        if (granted < maxSteps) {
          fuel += maxSteps - granted;
          granted = maxSteps;
          remembers = program.memoWidth > 0 && clearMemo(program, length);
          marks = memo;
        }
        run.steps = granted - fuel;
        if (fuel < 0) throw new LimitReached();
      }
      if (sp > top) {
        growStack(stack.length + 1);
        top = stack.length - 16 * RECORD;
      }
      switch (code[pc]) {
        case Op.Byte:
          if (subject.charCodeAt(pos) !== code[pc + 1]) break;
          pos += 1;
          pc += WIDTH;
          continue;
        case Op.Pair: {
          const byte = subject.charCodeAt(pos);
          if (byte !== code[pc + 1] && byte !== code[pc + 2]) break;
          pos += 1;
          pc += WIDTH;
          continue;
        }
        case Op.Set: {
          if (pos >= length) break;
          const byte = subject.charCodeAt(pos);
          if (((sets[code[pc + 1]! * SET_WORDS + (byte >> 5)]! >>> (byte & 31)) & 1) === 0) break;
          pos += 1;
          pc += WIDTH;
          continue;
        }
        case Op.Any:
          if (pos >= length) break;
          pos += 1;
          pc += WIDTH;
          continue;
        case Op.Text: {
          const from = code[pc + 1]!;
          const count = code[pc + 2]!;
          if (pos + count > length) break;
          let i = 0;
          while (i < count && subject.charCodeAt(pos + i) === text[from + i]) i += 1;
          fuel -= i;
          if (i < count) break;
          pos += count;
          pc += WIDTH;
          continue;
        }
        case Op.TextCaseless: {
          const from = code[pc + 1]!;
          const count = code[pc + 2]!;
          if (pos + count > length) break;
          let i = 0;
          while (i < count && lowerByte(subject.charCodeAt(pos + i)) === text[from + i]) i += 1;
          fuel -= i;
          if (i < count) break;
          pos += count;
          pc += WIDTH;
          continue;
        }
        case Op.Times: {
          const count = code[pc + 2]!;
          if (pos + count > length) break;
          const base = code[pc + 1]! * SET_WORDS;
          const end = pos + count;
          let at = pos;
          for (; at < end; at += 1) {
            const byte = subject.charCodeAt(at);
            if (((sets[base + (byte >> 5)]! >>> (byte & 31)) & 1) === 0) break;
          }
          fuel -= at - pos;
          if (at < end) break;
          pos = end;
          pc += WIDTH;
          continue;
        }
        case Op.Run: {
          const base = code[pc + 1]! * SET_WORDS;
          const most = code[pc + 2]!;
          const end = most < 0 || pos + most > length ? length : pos + most;
          const ordinal = remembers ? code[pc + 5]! : -1;
          let at = pos;
          if (ordinal < 0) {
            for (; at < end; at += 1) {
              const byte = subject.charCodeAt(at);
              if (((sets[base + (byte >> 5)]! >>> (byte & 31)) & 1) === 0) break;
            }
            fuel -= at - pos;
            if (code[pc + 4] === 1) {
              pos = at;
              pc += WIDTH;
              continue;
            }
          } else {
            const place = remembered(ordinal, pos);
            if (((marks[place >> 5]! >>> (place & 31)) & 1) !== 0) break;
            // Of an unlimited run, what failed is remembered for each place where it could have begun.
            const ranged = most < 0;
            if (!ranged) {
              stack[sp] = MARK;
              stack[sp + 1] = place;
              sp += RECORD;
            }
            for (; at < end; at += 1) {
              const byte = subject.charCodeAt(at);
              if (((sets[base + (byte >> 5)]! >>> (byte & 31)) & 1) === 0) break;
              const here = ordinal * (length + 1) + at;
              // What goes on from here or later is known to fail.
              if (ranged && at > pos && ((marks[here >> 5]! >>> (here & 31)) & 1) !== 0) break;
            }
            fuel -= at - pos;
          }
          const follow = code[pc + 3]!;
          const scanned = at;
          if (follow >= 0) {
            const filter = follow * SET_WORDS;
            for (; at >= pos; at -= 1) {
              const symbol = at < length ? subject.charCodeAt(at) : 256;
              if (((sets[filter + (symbol >> 5)]! >>> (symbol & 31)) & 1) !== 0) break;
            }
            fuel -= scanned - at;
          }
          if (ordinal >= 0 && most < 0) {
            for (let skipped = scanned; skipped > at; skipped -= 1) {
              const place = skipped === pos ? remembered(ordinal, pos) : ordinal * (length + 1) + skipped;
              marks[place >> 5]! |= 1 << (place & 31);
            }
          }
          if (at < pos) break;
          if (at > pos || ordinal >= 0) {
            stack[sp] = RUN - pc;
            stack[sp + 1] = at;
            stack[sp + 2] = pos;
            sp += RECORD;
          }
          pos = at;
          pc += WIDTH;
          continue;
        }
        case Op.LazyRun: {
          if (remembers && code[pc + 5]! >= 0) {
            const place = remembered(code[pc + 5]!, pos);
            if (((marks[place >> 5]! >>> (place & 31)) & 1) !== 0) break;
            stack[sp] = MARK;
            stack[sp + 1] = place;
            sp += RECORD;
          }
          stack[sp] = RUN - pc;
          stack[sp + 1] = pos;
          stack[sp + 2] = pos;
          sp += RECORD;
          pc += WIDTH;
          continue;
        }
        case Op.PossessiveRun: {
          const base = code[pc + 1]! * SET_WORDS;
          const most = code[pc + 2]!;
          const end = most < 0 || pos + most > length ? length : pos + most;
          let at = pos;
          for (; at < end; at += 1) {
            const byte = subject.charCodeAt(at);
            if (((sets[base + (byte >> 5)]! >>> (byte & 31)) & 1) === 0) break;
          }
          fuel -= at - pos;
          pos = at;
          pc += WIDTH;
          continue;
        }
        case Op.Split: {
          if (remembers && code[pc + 5]! >= 0) {
            const place = remembered(code[pc + 5]!, pos);
            if (((marks[place >> 5]! >>> (place & 31)) & 1) !== 0) break;
            stack[sp] = MARK;
            stack[sp + 1] = place;
            sp += RECORD;
          }
          const symbol = pos < length ? subject.charCodeAt(pos) : 256;
          const filterA = code[pc + 3]! * SET_WORDS;
          const filterB = code[pc + 4]! * SET_WORDS;
          const opensB = filterB < 0 || ((sets[filterB + (symbol >> 5)]! >>> (symbol & 31)) & 1) !== 0;
          if (filterA < 0 || ((sets[filterA + (symbol >> 5)]! >>> (symbol & 31)) & 1) !== 0) {
            if (opensB) {
              stack[sp] = code[pc + 2]!;
              stack[sp + 1] = pos;
              sp += RECORD;
            }
            pc = code[pc + 1]!;
            continue;
          }
          if (!opensB) break;
          pc = code[pc + 2]!;
          continue;
        }
        case Op.Jump:
          pc = code[pc + 1]!;
          continue;
        case Op.Save:
          sp = put(sp, code[pc + 1]!, pos);
          pc += WIDTH;
          continue;
        case Op.Store:
          sp = put(sp, code[pc + 1]!, code[pc + 2]!);
          pc += WIDTH;
          continue;
        case Op.Copy:
          sp = put(sp, code[pc + 1]!, slots[code[pc + 2]!]!);
          pc += WIDTH;
          continue;
        case Op.Restore:
          pos = slots[code[pc + 1]!]!;
          pc += WIDTH;
          continue;
        case Op.Close: {
          const begin = groupSlot(code[pc + 1]!);
          const opened = code[pc + 2]!;
          if (opened !== begin) sp = put(sp, begin, slots[opened]!);
          sp = put(sp, begin + 1, pos);
          if (code[pc + 1]! > slots[SLOT_TOP]!) sp = put(sp, SLOT_TOP, code[pc + 1]!);
          pc += WIDTH;
          continue;
        }
        case Op.Start:
          if (pos !== 0) break;
          pc += WIDTH;
          continue;
        case Op.End:
          if (pos !== length) break;
          pc += WIDTH;
          continue;
        case Op.Dollar:
          if (pos !== length) {
            const width = newlineAt(newline, subject, pos, utf);
            if (width === 0 || pos + width !== length) break;
          }
          pc += WIDTH;
          continue;
        case Op.LineStart:
          // No line begins behind a final newline.
          if (pos !== 0 && (pos === length || !newlineBefore(newline, subject, pos, utf))) break;
          pc += WIDTH;
          continue;
        case Op.LineEnd:
          if (pos !== length && newlineAt(newline, subject, pos, utf) === 0) break;
          pc += WIDTH;
          continue;
        case Op.WordBoundary:
        case Op.NoWordBoundary: {
          const before = pos > 0 && isWord(subject.charCodeAt(pos - 1));
          const after = pos < length && isWord(subject.charCodeAt(pos));
          if ((before !== after) !== (code[pc] === Op.WordBoundary)) break;
          pc += WIDTH;
          continue;
        }
        case Op.IfEmpty:
          pc = slots[code[pc + 1]!] === pos ? code[pc + 2]! : pc + WIDTH;
          continue;
        case Op.CountTo: {
          const slot = code[pc + 1]!;
          const count = slots[slot]! + 1;
          sp = put(sp, slot, count);
          pc = count < code[pc + 2]! ? code[pc + 3]! : pc + WIDTH;
          continue;
        }
        case Op.IfCount:
          pc = slots[code[pc + 1]!]! >= code[pc + 2]! ? code[pc + 3]! : pc + WIDTH;
          continue;
        case Op.Enter:
          // The height is the one below what is to undo.
          sp = put(sp, code[pc + 1]!, sp);
          pc += WIDTH;
          continue;
        case Op.Cut: {
          const height = slots[code[pc + 1]!]!;
          fuel -= (sp - height) / RECORD;
          sp = compact(sp, height, height);
          pc += WIDTH;
          continue;
        }
        case Op.Look:
          sp = put(sp, code[pc + 1]!, -1);
          slots[code[pc + 1]!] = sp;
          stack[sp] = BARRIER;
          stack[sp + 1] = pc;
          stack[sp + 2] = pos;
          sp += RECORD;
          if ((code[pc + 4]! & 2) !== 0) sp = put(sp, SLOT_SCOPE, sp);
          pc += WIDTH;
          continue;
        case Op.LookEnd: {
          const height = slots[code[pc + 1]!]!;
          const from = stack[height + 2]!;
          fuel -= (sp - height) / RECORD;
          pos = from;
          const target = code[pc + 2 + (code[pc + 4]! & 1)]!;
          if (target < 0) {
            sp = unwind(sp, height);
            break;
          }
          // A condition that is not true keeps what its groups took.
          sp = compact(sp, height + RECORD, height);
          pc = target;
          continue;
        }
        case Op.Back: {
          let count = code[pc + 1]!;
          let at = pos;
          if (!utf) at -= count;
          else {
            for (; count > 0 && at > 0; count -= 1) {
              at -= 1;
              while (at > 0 && (subject.charCodeAt(at) & 0xc0) === 0x80) at -= 1;
            }
            fuel -= pos - at;
            if (count > 0) at = -1;
          }
          if (at < 0) break;
          pos = at;
          pc += WIDTH;
          continue;
        }
        case Op.Reference: {
          const group = lists[code[pc + 1]!]!.find(isSet);
          if (group === undefined) break;
          const slot = groupSlot(group);
          const end = sameText(subject, slots[slot]!, slots[slot + 1]!, pos, code[pc + 2]!);
          fuel -= slots[slot + 1]! - slots[slot]!;
          if (end < 0) break;
          pos = end;
          pc += WIDTH;
          continue;
        }
        case Op.IfGroup: {
          pc = lists[code[pc + 1]!]!.some(isSet) ? pc + WIDTH : code[pc + 2]!;
          continue;
        }
        case Op.IfCall: {
          const groups = lists[code[pc + 1]!]!;
          const frame = slots[SLOT_FRAME]!;
          const holds = frame >= 0 && (groups.length === 0 || groups.includes(frames[frame + 2]!));
          pc = holds ? pc + WIDTH : code[pc + 2]!;
          continue;
        }
        case Op.Call: {
          const group = code[pc + 2]!;
          // PCRE2 gives up on a call of the same group at the same place within itself; so does this.
          for (let frame = slots[SLOT_FRAME]!; frame >= 0; frame = frames[frame]!) {
            fuel -= 1;
            if (frames[frame + 2] !== group) continue;
            if (frames[frame + 3] === pos) {
              run.steps = granted - fuel;
              throw new LimitReached();
            }
            break;
          }
          const frame = slots[SLOT_FRAMES_TOP]!;
          const size = FRAME + slotCount - SLOT_SCOPE;
          if (frame + size > frames.length) growFrames(frame + size);
          frames[frame] = slots[SLOT_FRAME]!;
          frames[frame + 1] = pc + WIDTH;
          frames[frame + 2] = group;
          frames[frame + 3] = pos;
          frames[frame + 4] = sp;
          for (let slot = SLOT_SCOPE; slot < slotCount; slot += 1)
            frames[frame + FRAME - SLOT_SCOPE + slot] = slots[slot]!;
          fuel -= slotCount;
          const height = sp;
          sp = put(sp, SLOT_FRAME, frame);
          sp = put(sp, SLOT_FRAMES_TOP, frame + size);
          sp = put(sp, SLOT_SCOPE, height);
          pc = code[pc + 1]!;
          continue;
        }
        case Op.Accept:
        case Op.Return: {
          const frame = slots[SLOT_FRAME]!;
          if (frame < 0) {
            pc = code[pc + 1]!;
            continue;
          }
          if (sp + slotCount * RECORD > top) {
            growStack(stack.length + slotCount * RECORD);
            top = stack.length - 16 * RECORD;
          }
          const saved = frame + FRAME - SLOT_SCOPE;
          const isWhole = code[pc] === Op.Accept || frames[frame + 2] === 0;
          // PCRE2 10.42 forgets, but does not clear, groups behind the last that was set before the call.
          const stale = isWhole
            ? [0, 0]
            : [groupSlot(frames[saved + SLOT_TOP]! + 1), groupSlot(program.captureCount + 1)];
          for (let slot = SLOT_SCOPE; slot < slotCount; slot += 1) {
            if (slot >= stale[0]! && slot < stale[1]!) continue;
            const value = frames[saved + slot]!;
            if (slots[slot] !== value) sp = put(sp, slot, value);
          }
          fuel -= slotCount;
          // Nor does it go back into a call of the whole pattern, or one that was ended by (*ACCEPT).
          if (isWhole) {
            fuel -= (sp - frames[frame + 4]!) / RECORD;
            sp = compact(sp, frames[frame + 4]!, frames[frame + 4]!);
          }
          sp = put(sp, SLOT_FRAME, frames[frame]!);
          pc = frames[frame + 1]!;
          continue;
        }
        case Op.Keep:
          sp = put(sp, SLOT_KEEP, pos);
          pc += WIDTH;
          continue;
        case Op.Verb:
          stack[sp] = VERB;
          stack[sp + 1] = pc;
          stack[sp + 2] = pos;
          sp += RECORD;
          pc += WIDTH;
          continue;
        case Op.Chars: {
          if (pos >= length) break;
          const read = readChar(subject, pos);
          if (!hasRange(ranges[code[pc + 1]!]!, read.char)) break;
          pos = read.end;
          pc += WIDTH;
          continue;
        }
        case Op.Match: {
          const from = slots[SLOT_KEEP]!;
          if (pos === from && (code[pc + 1] === 1 || (code[pc + 1] === 2 && from === 0))) break;
          run.outcome = "match";
          run.start = from;
          run.end = pos;
          run.steps = granted - fuel;
          return;
        }
      }

      // This way failed: back to the last other one.
      for (;;) {
        if (sp === 0) continue attempts;
        sp -= RECORD;
        const kind = stack[sp]!;
        if (kind >= 0) {
          pc = kind;
          pos = stack[sp + 1]!;
          continue step;
        }
        if (kind === UNDO) {
          slots[stack[sp + 1]!] = stack[sp + 2]!;
        } else if (kind === MARK) {
          const place = stack[sp + 1]!;
          marks[place >> 5]! |= 1 << (place & 31);
        } else if (kind === BARRIER) {
          const look = stack[sp + 1]!;
          const target = code[look + ((code[look + 4]! & 1) === 0 ? 3 : 2)]!;
          if (target < 0) continue;
          pos = stack[sp + 2]!;
          pc = target;
          continue step;
        } else if (kind === VERB) {
          const at = stack[sp + 1]!;
          const verb = code[at + 1]!;
          const alternatives = code[at + 2]!;
          const scope = slots[SLOT_SCOPE]!;
          fuel -= sp / RECORD;
          if (verb === Verb.Then && alternatives >= 0) sp = unwind(sp, slots[alternatives]!);
          else if (scope >= 0) sp = unwind(sp, scope);
          else if (verb === Verb.Commit || program.anchored) break attempts;
          else {
            if (verb === Verb.Skip && stack[sp + 2]! > start) next = stack[sp + 2]!;
            continue attempts;
          }
        } else {
          const from = RUN - kind;
          const base = code[from + 1]! * SET_WORDS;
          const follow = code[from + 3]! * SET_WORDS;
          const least = stack[sp + 2]!;
          let at = stack[sp + 1]!;
          const ordinal = remembers ? code[from + 5]! : -1;
          const ranged = ordinal >= 0 && code[from + 2]! < 0;
          const place = ordinal * (length + 1);
          if (code[from] === Op.Run) {
            do {
              if (ranged) {
                const failed = at === least ? remembered(ordinal, at) : place + at;
                marks[failed >> 5]! |= 1 << (failed & 31);
              }
              at -= 1;
              fuel -= 1;
              if (at < least || follow < 0) break;
              const symbol = subject.charCodeAt(at);
              if (((sets[follow + (symbol >> 5)]! >>> (symbol & 31)) & 1) !== 0) break;
            } while (at >= least);
            if (at < least) continue;
            stack[sp + 1] = at;
            if (at > least || ordinal >= 0) sp += RECORD;
            pos = at;
            pc = from + WIDTH;
            continue step;
          }
          const most = code[from + 2]!;
          const end = most < 0 || least + most > length ? length : least + most;
          let open = false;
          while (at < end) {
            const byte = subject.charCodeAt(at);
            if (((sets[base + (byte >> 5)]! >>> (byte & 31)) & 1) === 0) break;
            at += 1;
            fuel -= 1;
            // What goes on from here or later is known to fail.
            if (ranged && ((marks[(place + at) >> 5]! >>> ((place + at) & 31)) & 1) !== 0) break;
            const symbol = at < length ? subject.charCodeAt(at) : 256;
            open = follow < 0 || ((sets[follow + (symbol >> 5)]! >>> (symbol & 31)) & 1) !== 0;
            if (open) break;
          }
          if (!open) {
            if (ranged) {
              for (let failed = least + 1; failed <= at; failed += 1) {
                marks[(place + failed) >> 5]! |= 1 << ((place + failed) & 31);
              }
            }
            continue;
          }
          stack[sp + 1] = at;
          sp += RECORD;
          pos = at;
          pc = from + WIDTH;
          continue step;
        }
      }
    }
  }
  run.steps = granted - fuel;
}

function isWord(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f
  );
}

/** Where the text that a group took ends when it stands here again; -1 where it does not. How: see `Op.Reference`. */
function sameText(subject: string, from: number, to: number, at: number, how: number): number {
  if (how === 2) {
    let here = at;
    for (let i = from; i < to; ) {
      if (here >= subject.length) return -1;
      const wanted = readChar(subject, i);
      const found = readChar(subject, here);
      if (!sameLetter(wanted.char, found.char)) return -1;
      i = wanted.end;
      here = found.end;
    }
    return here;
  }
  const end = at + to - from;
  if (end > subject.length) return -1;
  for (let i = 0; i < to - from; i += 1) {
    const wanted = subject.charCodeAt(from + i);
    const found = subject.charCodeAt(at + i);
    if (wanted !== found && (how === 0 || lowerByte(wanted) !== lowerByte(found))) return -1;
  }
  return end;
}
