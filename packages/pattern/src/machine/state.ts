import { END_OF_SUBJECT, groupSlot, type Program, SLOT_TOP } from "./program.js";

/** Numbers on the stack of ways back, beyond which a match ends with `match-limit`: 48 MB. */
const MAX_STACK = 12_000_000;
/** Numbers in the slots and the frames of open calls, likewise. */
const MAX_SLOTS = 4_000_000;
/** Numbers kept from one match to the next. */
const KEPT = 65_536;

// Records on the stack are three numbers: an instruction and a position to go on at, or one of these and two operands.
export const UNDO = -1;
export const MARK = -2;
export const BARRIER = -3;
export const VERB = -4;
/** A run of octets that can be shorter or longer: this less its instruction; where it stands; where it began. */
export const RUN = -16;
export const RECORD = 3;

/** Numbers that an instruction may push without asking for room. */
const ROOM = 16 * RECORD;

/** What an instruction answers where its way fails; else it answers the instruction to go on at. */
export const FAIL = -1;
/** What it answers where it ends the attempt, the whole search, or is the end of the pattern. */
export const NEXT_ATTEMPT = -2;
export const NO_MATCH = -3;
export const MATCH = -4;

/** Thrown where a match takes more than it may. */
export class LimitReached extends Error {}

/** What a match works on. Matches share it, so none runs within another. */
class State {
  program!: Program;
  subject = "";
  length = 0;
  pos = 0;
  /** Ways back, and what to undo. */
  stack = new Int32Array(1024 * RECORD);
  /** The height of the stack, and that from which on it must grow. */
  sp = 0;
  top = 1024 * RECORD - ROOM;
  /** Steps left, and those to be had beside, once what fails is remembered. */
  fuel = 0;
  later = 0;
  /** Whether what fails is remembered. */
  remembers = false;
  /** Positions and counts by number; behind them the frames of open calls. */
  slots = new Int32Array(256);
  /** Where the attempt to match begins, and where the next will. */
  start = 0;
  next = 0;
}

export const state = new State();

/** Takes in a program and a subject. */
export function load(program: Program, subject: string): void {
  state.program = program;
  state.subject = subject;
  state.length = subject.length;
  if (state.slots.length < program.slotCount) state.slots = new Int32Array(program.slotCount + 256);
}

/** Lets go of what only an unusual match needed; the slots stay. */
export function trim(): void {
  const { slotCount } = state.program;
  if (state.stack.length > KEPT) setStack(new Int32Array(KEPT));
  if (state.slots.length > KEPT + slotCount) state.slots = state.slots.slice(0, KEPT + slotCount);
}

function larger(numbers: Int32Array, needed: number, most: number): Int32Array<ArrayBuffer> {
  if (needed > most) throw new LimitReached();
  const copy = new Int32Array(Math.max(needed, Math.min(numbers.length * 2, most)));
  copy.set(numbers);
  return copy;
}

/** Makes room for so many numbers on the stack, and for what each instruction may push. */
export function reserve(numbers: number): void {
  const needed = state.sp + numbers + ROOM;
  if (needed > state.stack.length) setStack(larger(state.stack, needed, MAX_STACK));
}

function setStack(stack: Int32Array<ArrayBuffer>): void {
  state.stack = stack;
  state.top = stack.length - ROOM;
}

/** Makes room for so many slots and frames. */
export function reserveSlots(needed: number): void {
  if (needed > state.slots.length) state.slots = larger(state.slots, needed, MAX_SLOTS);
}

/** Pushes a record. */
export function push(kind: number, a: number, b: number): void {
  const { stack, sp } = state;
  stack[sp] = kind;
  stack[sp + 1] = a;
  stack[sp + 2] = b;
  state.sp = sp + RECORD;
}

/** Stores a value in a slot; going back will undo it. */
export function store(slot: number, value: number): void {
  const { stack, slots, sp } = state;
  stack[sp] = UNDO;
  stack[sp + 1] = slot;
  stack[sp + 2] = slots[slot]!;
  slots[slot] = value;
  state.sp = sp + RECORD;
}

/** Takes records off the stack down to a height, and undoes what they say. */
export function unwind(to: number): void {
  const { stack, slots } = state;
  for (let sp = state.sp - RECORD; sp >= to; sp -= RECORD) {
    if (stack[sp] === UNDO) slots[stack[sp + 1]!] = stack[sp + 2]!;
  }
  state.sp = to;
}

/** Forgets the ways back since the second height, and moves what is to undo down to the first. */
export function compact(into: number, from: number): void {
  const { stack, sp: top } = state;
  state.fuel -= (top - into) / RECORD;
  state.sp = into;
  for (let read = from; read < top; read += RECORD) {
    if (stack[read] === UNDO) push(UNDO, stack[read + 1]!, stack[read + 2]!);
  }
}

/** Whether a symbol is in the set at this place of the sets. */
export function has(sets: Int32Array, set: number, symbol: number): boolean {
  return ((sets[set + (symbol >> 5)]! >>> (symbol & 31)) & 1) !== 0;
}

/** The octet at a position, or {@link END_OF_SUBJECT}: which is in no set of octets. */
export function symbolAt(subject: string, at: number): number {
  return at < subject.length ? subject.charCodeAt(at) : END_OF_SUBJECT;
}

/** The first group of a list that took part; 0 where none did. */
export function firstSet(groups: readonly number[]): number {
  for (let i = 0; i < groups.length; i += 1) if (isSet(groups[i]!)) return groups[i]!;
  return 0;
}

/** Whether a group took part. */
export function isSet(group: number): boolean {
  const { slots } = state;
  return group <= slots[SLOT_TOP]! && slots[groupSlot(group) + 1]! >= 0;
}
