import { emitPattern } from "./emit.js";
import { refusalOf } from "./gate.js";
import { Machine } from "./machine/matcher.js";
import { machineRefusalOf } from "./machine/supported.js";
import { parsePattern } from "./parse.js";
import { type Refusal, refuse } from "./refusal.js";
import type { Captures, Pattern, PatternOptions, SyntaxFault } from "./syntax.js";

export type { Captures } from "./syntax.js";

/** A pattern that is ready to match. */
export interface Matcher {
  readonly pattern: Pattern;
  /** What runs it: the JavaScript engine, where that is exact and linear, or the machine of this package. */
  readonly engine: "javascript" | "machine";
  /**
   * The leftmost match in a subject of octets (latin1), or null; `match-limit` where the step limit was reached, which says
   * nothing about a match. Never throws.
   */
  match(subject: string): Captures | null | "match-limit";
  /** Whether there is a match. Compare with `true`: `match-limit` is neither. */
  test(subject: string): boolean | "match-limit";
  /** Whether some subject of this many octets may reach the step limit. */
  mayReachLimit(octets: number): boolean;
}

/** How a pattern is compiled. */
export interface CompileOptions extends PatternOptions {
  /** The steps of one match, a step being about an octet looked at. Default {@link MAX_STEPS}. */
  readonly maxSteps?: number;
}

/** The default of {@link CompileOptions.maxSteps}: 2 to 20 ms. */
export const MAX_STEPS = 250_000;

/** Code units of a compiled pattern, beyond which PCRE2 (with links of two octets, as it is built by default) takes none. */
const MAX_SIZE = 65_535;

/**
 * Compiles a pattern, given as octets or parsed.
 *
 * Fails with `syntax` where PCRE2 rejects it too, and with `unsupported` where it names something that this package cannot
 * do exactly: such a pattern is refused, never matched differently.
 */
export function compilePattern(
  source: string | Pattern,
  options: CompileOptions = {},
): { readonly ok: true; readonly matcher: Matcher } | SyntaxFault | Refusal {
  const parsed = typeof source === "string" ? parsePattern(source, options) : ({ ok: true, pattern: source } as const);
  if (!parsed.ok) return parsed;
  const { pattern } = parsed;
  if ((pattern.size ?? 0) > MAX_SIZE) return refuse("too-large", 0, "a pattern of this size");
  if (refusalOf(pattern) === undefined) return { ok: true, matcher: new Expression(pattern) };
  const refusal = machineRefusalOf(pattern);
  if (refusal !== undefined) return refusal;
  return { ok: true, matcher: new Interpreter(pattern, options.maxSteps ?? MAX_STEPS) };
}

/** A pattern that the JavaScript engine runs; it is translated when it is first used. */
class Expression implements Matcher {
  readonly engine = "javascript";
  private compiled: RegExp | undefined;

  constructor(readonly pattern: Pattern) {}

  match(subject: string): Captures | null {
    this.compiled ??= new RegExp(emitPattern(this.pattern));
    return this.compiled.exec(subject);
  }

  test(subject: string): boolean {
    this.compiled ??= new RegExp(emitPattern(this.pattern));
    return this.compiled.test(subject);
  }

  mayReachLimit(): boolean {
    return false;
  }
}

/** A pattern that the machine runs. */
class Interpreter implements Matcher {
  readonly engine = "machine";
  private readonly machine: Machine;

  constructor(
    readonly pattern: Pattern,
    private readonly maxSteps: number,
  ) {
    this.machine = new Machine(pattern, maxSteps);
  }

  match(subject: string): Captures | null | "match-limit" {
    return this.machine.match(subject);
  }

  test(subject: string): boolean | "match-limit" {
    return this.machine.test(subject);
  }

  mayReachLimit(octets: number): boolean {
    return this.machine.program.stepsPerOctet * (octets + 1) > this.maxSteps;
  }
}
