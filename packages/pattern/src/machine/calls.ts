import { groupSlot, Op, SLOT_FRAME, SLOT_FRAMES_TOP, SLOT_SCOPE, SLOT_TOP, WIDTH } from "./program.js";
import { compact, LimitReached, RECORD, reserve, reserveSlots, state, store } from "./state.js";

// A frame of an open call: the call around it, where to return to, its group, where it began and at what height, and the
// slots that it gives back.
const RETURN = 1;
const GROUP = 2;
const BEGIN = 3;
const HEIGHT = 4;
const SAVED = 5;

/** `Op.Call`. */
export function call(pc: number): number {
  const { code, slotCount } = state.program;
  const group = code[pc + 2]!;
  refuseLoop(group);
  const frame = state.slots[SLOT_FRAMES_TOP]!;
  const size = SAVED + slotCount - SLOT_SCOPE;
  reserveSlots(frame + size);
  const { slots, sp } = state;
  slots[frame] = slots[SLOT_FRAME]!;
  slots[frame + RETURN] = pc + WIDTH;
  slots[frame + GROUP] = group;
  slots[frame + BEGIN] = state.pos;
  slots[frame + HEIGHT] = sp;
  slots.copyWithin(frame + SAVED, SLOT_SCOPE, slotCount);
  state.fuel -= slotCount >> 3;
  store(SLOT_FRAME, frame);
  store(SLOT_FRAMES_TOP, frame + size);
  store(SLOT_SCOPE, sp);
  return code[pc + 1]!;
}

/** PCRE2 gives up on a call of the same group at the same place within itself; so does this. */
function refuseLoop(group: number): void {
  const { slots } = state;
  for (let frame = slots[SLOT_FRAME]!; frame >= 0; frame = slots[frame]!) {
    state.fuel -= 1;
    if (slots[frame + GROUP] !== group) continue;
    if (slots[frame + BEGIN] === state.pos) throw new LimitReached();
    return;
  }
}

/** `Op.Return`, and `Op.Accept` within a call. */
export function endCall(pc: number): number {
  const { slots } = state;
  const { code, slotCount, captureCount } = state.program;
  const frame = slots[SLOT_FRAME]!;
  if (frame < 0) return code[pc + 1]!;
  reserve(slotCount * RECORD);
  const saved = frame + SAVED - SLOT_SCOPE;
  const isWhole = code[pc] === Op.Accept || slots[frame + GROUP] === 0;
  // PCRE2 10.42 forgets, but does not clear, groups behind the last that was set before the call.
  const staleFrom = isWhole ? slotCount : groupSlot(slots[saved + SLOT_TOP]! + 1);
  const staleTo = groupSlot(captureCount + 1);
  for (let slot = SLOT_SCOPE; slot < slotCount; slot += 1) {
    if (slots[slot] !== slots[saved + slot] && (slot < staleFrom || slot >= staleTo)) store(slot, slots[saved + slot]!);
  }
  state.fuel -= slotCount;
  // Nor does it go back into a call of the whole pattern, or one that was ended by (*ACCEPT).
  if (isWhole) compact(slots[frame + HEIGHT]!, slots[frame + HEIGHT]!);
  store(SLOT_FRAME, slots[frame]!);
  return slots[frame + RETURN]!;
}

/** `Op.IfCall`: whether this is within a call of one of the groups, or any where there is none. */
export function ifCall(pc: number): number {
  const { slots } = state;
  const { code, lists } = state.program;
  const groups = lists[code[pc + 1]!]!;
  const frame = slots[SLOT_FRAME]!;
  const holds = frame >= 0 && (groups.length === 0 || groups.includes(slots[frame + GROUP]!));
  return holds ? pc + WIDTH : code[pc + 2]!;
}
