import { attempt } from "./attempt.js";
import { groupSlot, type Program, SLOT_FRAMES_TOP, SLOT_KEEP, SLOT_TOP } from "./program.js";
import { has, isSet, LimitReached, load, MATCH, NO_MATCH, state, symbolAt, trim } from "./state.js";

/** A run's outcome, where the match begins and ends, and how many steps it took. */
export interface Run {
  readonly outcome: "match" | "no-match" | "match-limit";
  readonly start: number;
  readonly end: number;
  readonly steps: number;
}

/**
 * Runs a program on a subject of octets, from its start, with at most so many steps.
 *
 * A step is an instruction, or an octet that one looks at. Not re-entrant: matches share their memory.
 */
export function runProgram(program: Program, subject: string, maxSteps: number): Run {
  load(program, subject);
  // Most matches end long before remembering would pay.
  state.fuel = Math.min(maxSteps, 64 + 4 * subject.length);
  state.later = maxSteps - state.fuel;
  state.remembers = false;
  const outcome = search();
  trim();
  return { outcome, start: state.slots[SLOT_KEEP]!, end: state.pos, steps: maxSteps - state.later - state.fuel };
}

/** Where a group of the last match begins and ends; undefined where it took no part. */
export function lastGroup(index: number): readonly [from: number, to: number] | undefined {
  const slot = groupSlot(index);
  return isSet(index) ? [state.slots[slot]!, state.slots[slot + 1]!] : undefined;
}

function search(): Run["outcome"] {
  const { slots, program } = state;
  for (let slot = 0; slot < program.slotCount; slot += 1) slots[slot] = -1;
  slots[SLOT_FRAMES_TOP] = program.slotCount;
  slots[SLOT_TOP] = 0;
  state.next = 0;
  try {
    while (comeToStart()) {
      const found = attempt();
      if (found === MATCH) return "match";
      if (found === NO_MATCH) return "no-match";
    }
    return "no-match";
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error;
    return "match-limit";
  }
}

/** Goes on to the next position at which a match may begin. False where there is none. */
function comeToStart(): boolean {
  const { subject, length, slots, next } = state;
  const { anchored, first, sets, utf, skipsCrlf } = state.program;
  let start = next;
  if (start > (anchored ? 0 : length)) return false;
  if (first >= 0) {
    while (!has(sets, first, symbolAt(subject, start))) {
      if (anchored || start === length) return false;
      start += 1;
    }
  }
  if (utf) while ((symbolAt(subject, start) & 0xc0) === 0x80) start += 1;
  if (skipsCrlf && start > 0 && subject.startsWith("\r\n", start - 1)) start += 1;
  state.fuel -= start - next;
  state.start = start;
  state.next = start + 1;
  slots[SLOT_KEEP] = start;
  return true;
}
