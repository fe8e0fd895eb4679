import type { Captures, Pattern, Template } from "@fromguard/pattern";
import { parseTemplate } from "@fromguard/pattern";

/** What differs between the tables of rules `/pattern/flags result`. */
export interface RuleDialect {
  /** The flags that are on when none is written; each letter toggles. */
  readonly defaults: string;
  /** Every flag. */
  readonly flags: string;
  /** Flags of old, which mean nothing. */
  readonly obsolete: string;
  /** Where flags end, beside white space. */
  readonly flagsEnd: string;
  /** Whether `/a/!/b/ result` asks for two patterns. */
  readonly twoPatterns: boolean;
  /** What Postfix does with a rule that lacks its closing delimiter, in its words. */
  readonly unclosed: string;
  /** How Postfix begins its complaint of `$0`. */
  readonly outOfRange: string;
}

/** A compiled pattern, of whichever syntax. `match-limit`: it could not be found out. */
export interface RuleMatcher {
  readonly pattern: Pattern;
  match(octets: string): Captures | null | "match-limit";
  test(octets: string): boolean | "match-limit";
  /** Whether some key of this many octets may be a `match-limit`. Without it, only a back reference may be, within 4096 octets. */
  mayReachLimit?(octets: number): boolean;
}

/** A pattern as it stands in a line: behind negations, between delimiters, before flags. */
export interface WrittenPattern {
  /** `!` an odd number of times: applies where the pattern does not match. */
  readonly negated: boolean;
  /** Octets between the delimiters. */
  readonly source: string;
  /** The flags that are on. */
  readonly flags: ReadonlySet<string>;
  /** With delimiters and flags, as written. */
  readonly text: string;
}

/** A line of a pattern table, before its patterns are compiled. */
export type WrittenRule =
  | {
      readonly kind: "match";
      readonly pattern: WrittenPattern;
      /** What must hold too. */
      readonly second: WrittenPattern | undefined;
      readonly template: Template;
    }
  | { readonly kind: "if"; readonly pattern: WrittenPattern }
  | { readonly kind: "endif"; readonly extraText: boolean };

/** Says what is wrong with a line; `bare` where Postfix logs it without the place. */
export type Complain = (text: string, options?: { readonly bare?: boolean }) => void;

/**
 * Parses a logical line of a pattern table (octets, without trailing blanks). Undefined where Postfix drops it; each reason
 * is complained of in Postfix's words.
 *
 * @see Postfix pcre_table(5), regexp_table(5)
 */
export function parseRule(line: string, dialect: RuleDialect, complain: Complain): WrittenRule | undefined {
  if (!/^[0-9A-Za-z]/.test(line)) return parseMatch(line, dialect, complain);
  if (/^if(?![0-9A-Za-z])/i.test(line)) return parseIf(line, dialect, complain);
  if (/^endif(?![0-9A-Za-z])/i.test(line)) {
    return { kind: "endif", extraText: !/^endif[\t-\r ]*$/i.test(line) };
  }
  complain("ignoring unrecognized request");
  return undefined;
}

function parseMatch(line: string, dialect: RuleDialect, complain: Complain): WrittenRule | undefined {
  const first = parseWritten(line, dialect, complain);
  if (first === undefined) return undefined;
  const joined = dialect.twoPatterns && first.rest.startsWith("!");
  const second = joined ? parseWritten(first.rest, dialect, complain) : undefined;
  if (joined && second === undefined) return undefined;
  const result = (second ?? first).rest.replace(/^[\t-\r ]+/, "");
  if (result === "") complain("no replacement text: using empty string");
  const parsed = parseTemplate(result);
  if (!parsed.ok) {
    for (const { code, message } of parsed.faults) {
      complain(code === "index-out-of-range" ? message.replace("out of range", dialect.outOfRange) : message, {
        bare: code === "empty-name" || code === "truncated-reference",
      });
    }
    complain("bad replacement syntax: skipping this rule");
    return undefined;
  }
  if (parsed.template.highestGroup > 0 && first.pattern.negated) {
    complain("$number found in negative match replacement text: skipping this rule");
    return undefined;
  }
  return { kind: "match", pattern: first.pattern, second: second?.pattern, template: parsed.template };
}

function parseIf(line: string, dialect: RuleDialect, complain: Complain): WrittenRule | undefined {
  const written = parseWritten(line.slice(2).replace(/^[\t-\r ]+/, ""), dialect, complain);
  if (written === undefined) return undefined;
  const extra = written.rest.replace(/^[\t-\r ]+/, "");
  if (extra !== "") {
    complain(`ignoring extra text after IF statement: "${extra}"`);
    complain("do not prepend whitespace to statements between IF and ENDIF");
  }
  return { kind: "if", pattern: written.pattern };
}

/** Reads a pattern, and gives what follows its flags. */
function parseWritten(
  line: string,
  dialect: RuleDialect,
  complain: Complain,
): { readonly pattern: WrittenPattern; readonly rest: string } | undefined {
  const start = /^[!\t-\r ]*/.exec(line)?.[0].length ?? 0;
  const negated = line.slice(0, start).split("!").length % 2 === 0;
  const delimiter = line[start];
  if (delimiter === undefined) {
    complain("no regexp: skipping this rule");
    return undefined;
  }
  let end = start + 1;
  while (end < line.length && line[end] !== delimiter) end += line[end] === "\\" ? 2 : 1;
  if (end >= line.length) {
    complain(`no closing regexp delimiter "${delimiter}": ${dialect.unclosed} this rule`);
    return undefined;
  }
  let flagsEnd = end + 1;
  while (flagsEnd < line.length && !/[\t-\r ]/.test(line[flagsEnd]!) && !dialect.flagsEnd.includes(line[flagsEnd]!)) {
    flagsEnd += 1;
  }
  const flags = parseFlags(line.slice(end + 1, flagsEnd), dialect, complain);
  if (flags === undefined) return undefined;
  const pattern = { negated, source: line.slice(start + 1, end), flags, text: line.slice(start, flagsEnd) };
  return { pattern, rest: line.slice(flagsEnd) };
}

/** Flags toggle. */
function parseFlags(flags: string, dialect: RuleDialect, complain: Complain): ReadonlySet<string> | undefined {
  const on = new Set(dialect.defaults);
  for (const flag of flags) {
    if (dialect.obsolete.includes(flag)) {
      complain(`ignoring obsolete regexp option "${flag}"`);
      continue;
    }
    if (!dialect.flags.includes(flag)) {
      complain(`unknown regexp option "${flag}": skipping this rule`);
      return undefined;
    }
    if (!on.delete(flag)) on.add(flag);
  }
  return on;
}
