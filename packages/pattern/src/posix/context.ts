import { hasByte, POSIX_SETS } from "../byte-set.js";
import {
  BEFORE_NEWLINE,
  BEFORE_NOT_WORD,
  BEFORE_NOTHING,
  BEFORE_WORD,
  BEHIND_NEWLINE,
  BEHIND_NOT_WORD,
  BEHIND_NOTHING,
  BEHIND_WORD,
} from "./anchors.js";

const NEWLINE = 10;
const WORD = POSIX_SETS.word ?? [];
const IS_WORD = Uint8Array.from({ length: 256 }, (_, byte) => (hasByte(WORD, byte) ? 1 : 0));

/** All that can be asked of what stands before a place. */
export const BEFORE = BEFORE_WORD | BEFORE_NOT_WORD | BEFORE_NEWLINE | BEFORE_NOTHING;
/** All that can be asked of what stands behind a place. */
export const BEHIND = BEHIND_WORD | BEHIND_NOT_WORD | BEHIND_NEWLINE | BEHIND_NOTHING;

/** What holds before a place. */
export function before(subject: string, at: number, newlines: boolean): number {
  if (at === 0) return BEFORE_NOT_WORD | BEFORE_NEWLINE | BEFORE_NOTHING;
  const byte = subject.charCodeAt(at - 1);
  if (IS_WORD[byte] === 1) return BEFORE_WORD;
  return byte === NEWLINE && newlines ? BEFORE_NOT_WORD | BEFORE_NEWLINE : BEFORE_NOT_WORD;
}

/** What holds behind a place. */
export function behind(subject: string, at: number, newlines: boolean): number {
  if (at >= subject.length) return BEHIND_NOT_WORD | BEHIND_NEWLINE | BEHIND_NOTHING;
  const byte = subject.charCodeAt(at);
  if (IS_WORD[byte] === 1) return BEHIND_WORD;
  return byte === NEWLINE && newlines ? BEHIND_NOT_WORD | BEHIND_NEWLINE : BEHIND_NOT_WORD;
}
