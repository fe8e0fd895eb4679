import { emitPattern } from "../emit.js";
import type { Refusal } from "../refusal.js";
import type { Captures, Pattern, SyntaxFault } from "../syntax.js";
import { Backtracker } from "./backtrack.js";
import { Budget, OutOfSteps } from "./budget.js";
import { refuseInexact, sizeOf } from "./exact.js";
import { type Told, toldByJavaScript } from "./javascript.js";
import { buildNfa, type Nfa } from "./nfa.js";
import { type PosixOptions, parsePosix } from "./parse.js";
import type { Bounds } from "./registers.js";
import { Simulator } from "./simulate.js";
import { MAX_STATES } from "./states.js";

/** A POSIX pattern that is ready to match octets (latin1) without an octet of zero. Neither throws. */
export interface PosixMatcher {
  readonly pattern: Pattern;
  /**
   * The leftmost and then longest match, with the groups that were asked for as glibc's regexec sets them, or null.
   * `match-limit` where the step limit was reached, which says nothing about a match.
   */
  match(subject: string): Captures | null | "match-limit";
  /** Whether there is a match. Compare with `true`: `match-limit` is neither. */
  test(subject: string): boolean | "match-limit";
  /** Whether a subject of this many octets that the pattern does not match may reach the step limit. */
  mayReachLimit(octets: number): boolean;
}

/** Steps of one match: about a state looked at. Enough for any pattern on 4096 octets, but for some with back references. */
export const POSIX_STEP_LIMIT = 20_000_000;

/** States of an automaton that stays within its limits whatever its anchors add. */
const SURELY_SMALL = 200;

/**
 * Compiles a POSIX pattern, given as octets or parsed with the same options, to match as glibc's regexec does in the C locale.
 *
 * Fails with `syntax` where regcomp fails too, and otherwise with the code of what cannot be matched exactly: an anchor in
 * a counted repeat, a back reference with a repeat, groups nested deeper than 250, over 4000 states or too many ways between them.
 *
 * @param options.groups the highest group that `match` is asked for, as the bounds that glibc finds depend on it; 0 for none.
 * Default: all
 */
export function compilePosix(
  source: string | Pattern,
  options: PosixOptions & { readonly groups?: number } = {},
): { readonly ok: true; readonly matcher: PosixMatcher } | SyntaxFault | Refusal {
  const parsed = typeof source === "string" ? parsePosix(source, options) : ({ ok: true, pattern: source } as const);
  if (!parsed.ok) return parsed;
  const { pattern } = parsed;
  const highest = Math.min(options.groups ?? pattern.captureCount, pattern.captureCount);
  const size = sizeOf(pattern.root);
  if (size > MAX_STATES) return tooLarge();
  const refusal = refuseInexact(pattern, highest);
  if (refusal !== undefined) return refusal;
  const told = toldByJavaScript(pattern);
  let nfa: Nfa | undefined;
  // A small one is built when it is first needed: the most of a table's lines never match.
  if (told === "nothing" || (highest > 0 && size > SURELY_SMALL)) {
    nfa = buildNfa(pattern, highest > 0 ? "all" : "referenced");
    if (nfa === undefined) return tooLarge();
  }
  const machine = (): Simulator | Backtracker => {
    nfa ??= buildNfa(pattern, highest > 0 ? "all" : "referenced");
    if (nfa === undefined) throw new OutOfSteps();
    const { newlineSensitive = false, caseless = false } = options;
    const refers = nfa.states.some(({ kind }) => kind === "reference");
    return refers ? new Backtracker(nfa, newlineSensitive, caseless) : new Simulator(nfa, newlineSensitive);
  };
  return { ok: true, matcher: new Matcher(pattern, highest, told, machine) };
}

class Matcher implements PosixMatcher {
  private expression: RegExp | undefined;
  private made: Simulator | Backtracker | undefined;

  constructor(
    readonly pattern: Pattern,
    private readonly highest: number,
    private readonly told: Told,
    private readonly make: () => Simulator | Backtracker,
  ) {}

  test(subject: string): boolean | "match-limit" {
    const expression = this.expressionFor(subject);
    if (expression !== undefined) return expression.test(subject);
    return limited(() => this.machine().test(subject, new Budget(POSIX_STEP_LIMIT)));
  }

  match(subject: string): Captures | null | "match-limit" {
    const expression = this.expressionFor(subject);
    if (expression !== undefined) {
      if (this.told === "groups") return expression.exec(subject)?.slice(0, this.highest + 1) ?? null;
      if (!expression.test(subject)) return null;
    }
    return limited(() => {
      const bounds = this.machine().match(subject, this.highest, new Budget(POSIX_STEP_LIMIT));
      return bounds === undefined ? null : capturesOf(subject, bounds);
    });
  }

  mayReachLimit(octets: number): boolean {
    return this.told === "nothing" && this.machine().stepsPerOctet * (octets + 1) > POSIX_STEP_LIMIT;
  }

  /** Made when it is first needed. None where there is a newline: glibc has its own view of an anchor beside one. */
  private expressionFor(subject: string): RegExp | undefined {
    if (this.told === "nothing" || subject.includes("\n")) return undefined;
    this.expression ??= new RegExp(emitPattern(this.pattern));
    return this.expression;
  }

  private machine(): Simulator | Backtracker {
    this.made ??= this.make();
    return this.made;
  }
}

function limited<T>(run: () => T): T | "match-limit" {
  try {
    return run();
  } catch (error) {
    if (error instanceof OutOfSteps) return "match-limit";
    throw error;
  }
}

function capturesOf(subject: string, bounds: Bounds): Captures {
  return bounds.map((span) => span && subject.slice(span.start, span.end));
}

function tooLarge(): Refusal {
  return {
    ok: false,
    code: "too-large",
    offset: 0,
    message: `the pattern has more than ${MAX_STATES} states, or they are too entangled`,
  };
}
