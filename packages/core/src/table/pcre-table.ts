import {
  bytesOf,
  type Captures,
  compilePattern,
  expandTemplate,
  type Matcher,
  parsePattern,
  type Template,
  textOf,
} from "@fromguard/pattern";
import { FromguardError } from "../verdict/error.js";
import type { Evidence } from "../verdict/evidence.js";
import { logicalLines } from "./logical-lines.js";
import { octetsOf, shownOctets } from "./octets.js";
import { adviceOn } from "./pattern-advice.js";
import { type Complain, parseRule, type WrittenPattern } from "./pattern-rules.js";
import {
  type LoadedTable,
  type Lookup,
  MAX_KEY_BYTES,
  NOT_FOUND,
  type Table,
  type TableTextOptions,
  type TableWarning,
} from "./table.js";

/** A line that can answer, or one that can skip others. */
interface Rule {
  readonly line: number;
  readonly negated: boolean;
  readonly matcher: Matcher;
  /** The pattern as written, in octets. */
  readonly written: string;
  /** Undefined for an `if`. */
  readonly template: Template | undefined;
  /** For an `if`: the rule behind its `endif`, or the end of the table where it has none. */
  skipTo: number;
}

/**
 * Makes a table from the text of a Postfix pcre table, with the answers that Postfix gives.
 *
 * Lines that Postfix drops are dropped, with its warnings. A pattern that PCRE2 takes but this package cannot match exactly
 * and in bounded time refuses the whole table: a line that is silently missing would change who owns what. A result that
 * is not UTF-8, as when a group cuts a character, is the error `result-not-utf8`; an octet of zero in a key is the error
 * `key-syntax`.
 *
 * @param source the text, or its octets where they may not be UTF-8
 * @throws FromguardError FG_TABLE_INVALID with the file and line
 * @see Postfix pcre_table(5)
 */
export function pcreTable(source: string | Uint8Array, options: TableTextOptions): LoadedTable {
  const { file, maxKeyBytes = MAX_KEY_BYTES } = options;
  const { rules, warnings } = new Loader(file).load(octetsOf(source, file));
  return { table: tableOfRules(rules, file, maxKeyBytes), warnings };
}

class Loader {
  private readonly warnings: TableWarning[] = [];
  private readonly rules: Rule[] = [];
  private readonly open: Rule[] = [];

  constructor(private readonly file: string) {}

  load(octets: string): { readonly rules: readonly Rule[]; readonly warnings: readonly TableWarning[] } {
    const { lines, stray } = logicalLines(octets);
    for (const { line, text } of stray) this.warn(line, `${this.file}: ${shownOctets(text)}`);
    for (const { text, line } of lines) {
      // Postfix reads the line as a C string.
      const [beforeNul = ""] = text.split("\0", 1);
      const trimmed = beforeNul.replace(/[\t-\r ]+$/, "");
      if (trimmed !== "") this.loadLine(trimmed, line);
    }
    for (const rule of this.open.reverse()) {
      this.warn(rule.line, this.placed(rule.line, "IF has no matching ENDIF"));
      rule.skipTo = this.rules.length;
    }
    return { rules: this.rules, warnings: this.warnings };
  }

  private loadLine(text: string, line: number): void {
    const complain: Complain = (what, { bare = false } = {}) =>
      this.warn(line, bare ? shownOctets(what) : this.placed(line, what));
    const parsed = parseRule(text, complain);
    if (parsed === undefined) return;
    if (parsed.kind === "endif") {
      const closed = this.open.pop();
      if (closed === undefined) complain("ignoring ENDIF without matching IF");
      else if (parsed.extraText) complain("ignoring extra text after ENDIF");
      if (closed !== undefined) closed.skipTo = this.rules.length;
      return;
    }
    const template = parsed.kind === "match" ? parsed.template : undefined;
    const matcher = this.compile(parsed.pattern, template, line, complain);
    if (matcher === undefined) return;
    const { negated, text: written } = parsed.pattern;
    const rule: Rule = { line, negated, matcher, written, template, skipTo: 0 };
    this.rules.push(rule);
    if (template === undefined) this.open.push(rule);
    else if (!negated) this.advise(rule, template);
  }

  private advise({ matcher, line }: Rule, template: Template): void {
    const guards = [...this.open];
    const reaches = (octets: string): boolean => guards.every((guard) => guard.matcher.test(octets) !== guard.negated);
    for (const what of adviceOn(matcher, template, reaches)) {
      this.warnings.push({ kind: "advice", file: this.file, line, text: `${this.file}:${line}: ${what}` });
    }
  }

  private compile(
    { source, options }: WrittenPattern,
    template: Template | undefined,
    line: number,
    complain: Complain,
  ): Matcher | undefined {
    const parsed = parsePattern(source, options);
    if (!parsed.ok) {
      complain(`error in regex at offset ${parsed.offset}: ${parsed.message}`);
      return undefined;
    }
    const highest = template?.highestGroup ?? 0;
    if (highest > parsed.pattern.captureCount) {
      complain(`out of range replacement index "${highest}": skipping this rule`);
      return undefined;
    }
    const compiled = compilePattern(parsed.pattern);
    if (compiled.ok) return compiled.matcher;
    throw new FromguardError("FG_TABLE_INVALID", `octet ${compiled.offset} of the pattern: ${compiled.message}`, {
      place: { file: this.file, line },
    });
  }

  private placed(line: number, octets: string): string {
    return `pcre map ${this.file}, line ${line}: ${shownOctets(octets)}`;
  }

  private warn(line: number, text: string): void {
    this.warnings.push({ kind: "postfix", file: this.file, line, text });
  }
}

function tableOfRules(rules: readonly Rule[], file: string, maxKeyBytes: number): Table {
  const name = `pcre:${file}`;
  const failure = (code: string, cause: string, evidence: Evidence): Lookup => ({
    kind: "error",
    code,
    cause,
    evidence: () => ({ source: name, file, ...evidence }),
  });
  return {
    name,
    keys: "full",
    lookup(key) {
      // No key within the limit has more code units than octets.
      const octets = key.length > maxKeyBytes ? key : bytesOf(key);
      // Postfix answers so to a key that is not UTF-8.
      if (octets === undefined) return NOT_FOUND;
      if (octets.length > maxKeyBytes) {
        return failure("key-too-long", `the key is longer than ${maxKeyBytes} octets`, {});
      }
      if (octets.includes("\0")) return failure("key-syntax", "the key contains an octet of zero", { key });
      const hit = firstMatch(rules, octets);
      if (hit === undefined) return NOT_FOUND;
      const { rule, captures } = hit;
      const value = textOf(expandTemplate(rule.template, captures));
      if (value === undefined) {
        return failure("result-not-utf8", "the result is not UTF-8", { key, line: rule.line });
      }
      return {
        kind: "found",
        value,
        evidence: () => evidenceOf(rule, captures, { source: name, file, key, result: value }),
      };
    },
  };
}

type MatchRule = Rule & { readonly template: Template };

function isMatch(rule: Rule): rule is MatchRule {
  return rule.template !== undefined;
}

function firstMatch(
  rules: readonly Rule[],
  octets: string,
): { readonly rule: MatchRule; readonly captures: Captures } | undefined {
  for (let i = 0; i < rules.length; i += 1) {
    const rule = rules[i]!;
    if (!isMatch(rule)) {
      if (rule.matcher.test(octets) === rule.negated) i = rule.skipTo - 1;
    } else if (rule.template.highestGroup === 0) {
      if (rule.matcher.test(octets) !== rule.negated) return { rule, captures: [] };
    } else {
      const captures = rule.matcher.match(octets);
      if (captures !== null) return { rule, captures };
    }
  }
  return undefined;
}

function evidenceOf(rule: MatchRule, captures: Captures, evidence: Evidence): Evidence {
  const used = captures.slice(1, rule.template.highestGroup + 1);
  return {
    ...evidence,
    line: rule.line,
    pattern: `${rule.negated ? "!" : ""}${shown(rule.written)}`,
    captures: used.map((capture) => (capture === undefined ? null : shown(capture))),
  };
}

/** Octets for the eye: as UTF-8 where they are. */
function shown(octets: string): string {
  return textOf(octets) ?? octets;
}
