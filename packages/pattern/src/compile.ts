import { emitPattern } from "./emit.js";
import { refusalOf } from "./gate.js";
import { parsePattern } from "./parse.js";
import type { Refusal } from "./refusal.js";
import type { Pattern, PatternOptions, SyntaxFault } from "./syntax.js";

/** What the groups of a pattern took, by number; 0 is the whole match. A group that took no part is undefined. */
export type Captures = readonly (string | undefined)[];

/** A pattern that is ready to match. */
export interface Matcher {
  readonly pattern: Pattern;
  /** The leftmost match in a subject of octets (latin1), or null. Never throws; the work grows linearly with the subject. */
  match(subject: string): Captures | null;
  /** Whether there is a match. */
  test(subject: string): boolean;
}

/**
 * Compiles a pattern, given as octets or parsed.
 *
 * Fails with `syntax` where PCRE2 rejects it too, and otherwise with the code of what this package cannot do exactly and
 * in linear time: such a pattern is refused, never matched differently.
 */
export function compilePattern(
  source: string | Pattern,
  options: PatternOptions = {},
): { readonly ok: true; readonly matcher: Matcher } | SyntaxFault | Refusal {
  const parsed = typeof source === "string" ? parsePattern(source, options) : ({ ok: true, pattern: source } as const);
  if (!parsed.ok) return parsed;
  const { pattern } = parsed;
  const refusal = refusalOf(pattern);
  if (refusal !== undefined) return refusal;
  const expression = new RegExp(emitPattern(pattern));
  return {
    ok: true,
    matcher: {
      pattern,
      match: (subject) => expression.exec(subject),
      test: (subject) => expression.test(subject),
    },
  };
}
