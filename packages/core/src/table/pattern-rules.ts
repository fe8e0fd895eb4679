import type { PatternOptions, Template } from "@fromguard/pattern";
import { parseTemplate } from "@fromguard/pattern";

/** A pattern as it stands in a line: behind negations, between delimiters, before flags. */
export interface WrittenPattern {
  /** `!` an odd number of times: applies where the pattern does not match. */
  readonly negated: boolean;
  /** Octets between the delimiters. */
  readonly source: string;
  readonly options: PatternOptions;
  /** With delimiters and flags, as written. */
  readonly text: string;
  /** What follows the flags, without leading blanks. */
  readonly rest: string;
}

/** A line of a pattern table, before its pattern is compiled. */
export type WrittenRule =
  | { readonly kind: "match"; readonly pattern: WrittenPattern; readonly template: Template }
  | { readonly kind: "if"; readonly pattern: WrittenPattern }
  | { readonly kind: "endif"; readonly extraText: boolean };

const FLAGS: Readonly<Record<string, keyof PatternOptions>> = {
  i: "caseless",
  m: "multiline",
  s: "dotAll",
  x: "extended",
  A: "anchored",
  E: "dollarEndOnly",
  U: "ungreedy",
};

/** Says what is wrong with a line; `bare` where Postfix logs it without the place. */
export type Complain = (text: string, options?: { readonly bare?: boolean }) => void;

/**
 * Parses a logical line of a pcre table (octets, without trailing blanks). Undefined where Postfix drops it; each reason is
 * complained of in Postfix's words.
 *
 * @see Postfix pcre_table(5)
 */
export function parseRule(line: string, complain: Complain): WrittenRule | undefined {
  if (!/^[0-9A-Za-z]/.test(line)) return parseMatch(line, complain);
  if (/^if(?![0-9A-Za-z])/i.test(line)) return parseIf(line, complain);
  if (/^endif(?![0-9A-Za-z])/i.test(line)) {
    return { kind: "endif", extraText: !/^endif[\t-\r ]*$/i.test(line) };
  }
  complain("ignoring unrecognized request");
  return undefined;
}

function parseMatch(line: string, complain: Complain): WrittenRule | undefined {
  const pattern = parseWritten(line, complain);
  if (pattern === undefined) return undefined;
  if (pattern.rest === "") complain("no replacement text: using empty string");
  const parsed = parseTemplate(pattern.rest);
  if (!parsed.ok) {
    for (const { code, message } of parsed.faults) {
      complain(message, { bare: code === "empty-name" || code === "truncated-reference" });
    }
    complain("bad replacement syntax: skipping this rule");
    return undefined;
  }
  if (parsed.template.highestGroup > 0 && pattern.negated) {
    complain("$number found in negative match replacement text: skipping this rule");
    return undefined;
  }
  return { kind: "match", pattern, template: parsed.template };
}

function parseIf(line: string, complain: Complain): WrittenRule | undefined {
  const pattern = parseWritten(line.slice(2).replace(/^[\t-\r ]+/, ""), complain);
  if (pattern === undefined) return undefined;
  if (pattern.rest !== "") {
    complain(`ignoring extra text after IF statement: "${pattern.rest}"`);
    complain("do not prepend whitespace to statements between IF and ENDIF");
  }
  return { kind: "if", pattern };
}

function parseWritten(line: string, complain: Complain): WrittenPattern | undefined {
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
    complain(`no closing regexp delimiter "${delimiter}": ignoring this rule`);
    return undefined;
  }
  const flags = /^[^\t-\r ]*/.exec(line.slice(end + 1))?.[0] ?? "";
  const options = parseFlags(flags, complain);
  if (options === undefined) return undefined;
  return {
    negated,
    source: line.slice(start + 1, end),
    options,
    text: line.slice(start, end + 1 + flags.length),
    rest: line.slice(end + 1 + flags.length).replace(/^[\t-\r ]+/, ""),
  };
}

/** Flags toggle, from caseless and dot-matches-newline. */
function parseFlags(flags: string, complain: Complain): PatternOptions | undefined {
  let options: PatternOptions = { caseless: true, dotAll: true };
  for (const flag of flags) {
    if (flag === "X") {
      complain('ignoring obsolete regexp option "X"');
      continue;
    }
    const name = Object.hasOwn(FLAGS, flag) ? FLAGS[flag] : undefined;
    if (name === undefined) {
      complain(`unknown regexp option "${flag}": skipping this rule`);
      return undefined;
    }
    options = { ...options, [name]: !options[name] };
  }
  return options;
}
