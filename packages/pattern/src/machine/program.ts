/** Instructions, each of {@link WIDTH} numbers: the operation, four operands `a b c d`, and its place in the memo or -1. */
export enum Op {
  Fail = 0,
  /** The octet a. */
  Byte = 1,
  /** An octet of the set a. */
  Set = 3,
  Any = 4,
  /** b octets as in the text from a on; c: 1 where ASCII letters of the subject count as small ones. */
  Text = 5,
  /** Exactly b octets of the set a. */
  Times = 7,
  /** Up to b (or -1) octets of the set a, as many as can be first; what follows begins in the set c (or -1); d: needs no way back. */
  Run = 8,
  /** The same, as few as can be first. */
  LazyRun = 9,
  /** Up to b octets of the set a, with no way back. */
  PossessiveRun = 10,
  /** Goes on at a, later at b; these begin in the sets c and d (or -1). */
  Split = 11,
  Jump = 12,
  /** Stores the position in the slot a. */
  Save = 13,
  /** Ends the group a, whose begin stands in the slot b. */
  Close = 14,
  Start = 15,
  End = 16,
  /** The end, or before a final newline; a: the kind of newline. */
  Dollar = 17,
  LineStart = 18,
  LineEnd = 19,
  WordBoundary = 20,
  NoWordBoundary = 21,
  /** Goes to b where nothing was taken since slot a was saved. */
  IfEmpty = 22,
  /** Stores b in the slot a. */
  Store = 23,
  /** Adds one to the slot a, and goes to c while it is under b. */
  CountTo = 24,
  /** Goes to c where the slot a has reached b. */
  IfCount = 25,
  /** Stores the height of the stack in the slot a. */
  Enter = 26,
  /** Forgets the ways back since `Enter` stored in the slot a. */
  Cut = 27,
  /** A lookaround: the body follows; slot a; goes on at b where it is true, at c (or fails, -1) where not; d: 1 negative, 2 holds verbs. */
  Look = 28,
  /** The body of the lookaround with slot a has matched. b c d as there. */
  LookEnd = 29,
  /** Steps a characters back (b: in UTF-8). */
  Back = 30,
  /** The same text as the first of the groups in list a that took some; b: 1 caseless, 2 in UTF-8 too. */
  Reference = 31,
  /** Goes on if one of the groups of list a is set, else at b. */
  IfGroup = 33,
  /** Goes on within a call of one of the groups of list a (any where it is empty), else at b. */
  IfCall = 34,
  /** Calls the group b at a. */
  Call = 35,
  Return = 36,
  /** The match counts from here. */
  Keep = 37,
  /** A verb (see {@link Verb}); b: the slot of the alternatives around it, for THEN. */
  Verb = 38,
  /** Within a call, returns; else goes to a. */
  Accept = 39,
  /** A character of UTF-8 in the code ranges a. */
  Chars = 40,
  /** Moves to the position in slot a. */
  Restore = 41,
  /** Stores the slot b in the slot a. */
  Copy = 42,
  /** The end: a: must not be empty (1), nor empty at the start (2). */
  Match = 43,
}

/** What backtracking onto a verb does. */
export enum Verb {
  Commit = 0,
  Prune = 1,
  Skip = 2,
  Then = 3,
}

/** Numbers to an instruction. */
export const WIDTH = 6;

/** Words to a set: 256 octets, and the end of the subject as the 257th. */
export const SET_WORDS = 9;
/** The symbol that stands for the end of the subject. */
export const END_OF_SUBJECT = 256;

/** A newline convention of PCRE2. */
export type Newline = "LF" | "CR" | "CRLF" | "ANYCRLF" | "ANY" | "NUL";

/** A compiled pattern. */
export interface Program {
  readonly code: Int32Array;
  /** Sets of octets, {@link SET_WORDS} words each; instructions name them by their place here. */
  readonly sets: Int32Array;
  /** Octets of literal texts. */
  readonly text: Uint8Array;
  /** Lists of groups. */
  readonly lists: readonly (readonly number[])[];
  /** Ranges of code points, low and high by turns. */
  readonly ranges: readonly Int32Array[];
  readonly captureCount: number;
  readonly slotCount: number;
  /** Places in the memo for each position; 0 where nothing can be memoised. */
  readonly memoWidth: number;
  /** For a place in the memo: slots whose equality to the position is part of the state. */
  readonly memoSlots: readonly (readonly number[])[];
  /** Steps that an octet of the subject can cost at most; infinite where the work is not linear. */
  readonly stepsPerOctet: number;
  /** Whether a match can begin at the start only. */
  readonly anchored: boolean;
  /** The set in which a match begins, or -1. */
  readonly first: number;
  readonly utf: boolean;
  readonly newline: Newline;
  /** Whether a search steps over CRLF as one. */
  readonly skipsCrlf: boolean;
}

/** Slots with a meaning of their own. */
export const SLOT_FRAME = 0;
export const SLOT_FRAMES_TOP = 1;
/** Where the match counts from. */
export const SLOT_KEEP = 2;
/** The height of the stack at which the call or lookaround around a verb begins; the first slot that a call gives back. */
export const SLOT_SCOPE = 3;
/** The highest group that took part. */
export const SLOT_TOP = 4;

/** The slot in which group n begins (from 1); it ends in the next. */
export function groupSlot(index: number): number {
  return SLOT_TOP - 1 + 2 * index;
}
