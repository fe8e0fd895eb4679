import { newlineAt } from "../machine/newline.js";
import type { ParseState } from "./state.js";

/** Skips what means nothing, and leaves what stood before it open to a quantifier. */
export function skipComment(state: ParseState): boolean {
  const { cursor, utf } = state;
  if (state.flags.extended) {
    const blank = utf ? /[\t-\r ]|\xc2\x85|\xe2\x80[\x8e\x8f\xa8\xa9]/y : /[\t-\r \x85]/y;
    if (cursor.takeMatch(blank) !== "") return true;
    if (cursor.take("#")) {
      let length = 0;
      while (!cursor.atEnd && length === 0) {
        length = newlineAt(state.newline, cursor.text, cursor.position, utf);
        cursor.position += length || 1;
      }
      return true;
    }
  }
  if (cursor.take("\\E") || cursor.take("\\Q\\E")) return true;
  if (cursor.take("(?#")) {
    cursor.takeMatch(/[^)]*/y);
    if (!cursor.take(")")) cursor.fail(18);
    return true;
  }
  return false;
}
