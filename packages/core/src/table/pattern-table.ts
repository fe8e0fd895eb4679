import { bytesOf, type Captures, expandTemplate, type Node, partsOf, type Template, textOf } from "@fromguard/pattern";
import { FromguardError } from "../verdict/error.js";
import type { Evidence } from "../verdict/evidence.js";
import { requiredLiterals } from "./index/required-literals.js";
import { type Candidates, type IndexableRule, indexRules, type RuleIndex } from "./index/rule-index.js";
import { trimBlanksAtEnd } from "./lists.js";
import { logicalLines } from "./logical-lines.js";
import { octetsOf, shownOctets } from "./octets.js";
import { adviceOn } from "./pattern-advice.js";
import { type Complain, parseRule, type RuleDialect, type RuleMatcher, type WrittenPattern } from "./pattern-rules.js";
import {
  type LoadedTable,
  type Lookup,
  MAX_KEY_BYTES,
  NOT_FOUND,
  type Table,
  type TableEntry,
  type TableTextOptions,
  type TableWarning,
} from "./table.js";

/** A kind of pattern table: how its rules are written, and what its patterns mean. */
export interface PatternDialect extends RuleDialect {
  /** The type, as in `pcre:file`. */
  readonly type: string;
  /**
   * Compiles a pattern. A fault drops the line with that warning, a refusal refuses the table: a line that is
   * silently missing would change who owns what.
   *
   * @param groups the highest group that the result names, 0 for none
   */
  compile(
    pattern: WrittenPattern,
    groups: number,
  ):
    | {
        readonly matcher: RuleMatcher;
        /** What the table keeps of it, where that takes less room. */
        readonly kept?: AnyMatcher;
      }
    | { readonly fault: string }
    | { readonly refusal: { readonly offset: number; readonly message: string } };
}

/** A pattern, and whether it must match or must not. */
interface Condition {
  readonly negated: boolean;
  readonly matcher: AnyMatcher;
}

/** A matcher without its tree. */
type AnyMatcher = Omit<RuleMatcher, "pattern">;

type Compiled = Extract<ReturnType<PatternDialect["compile"]>, { readonly matcher: RuleMatcher }>;

/** A line that can answer, or one that can skip others. */
interface Rule extends Condition {
  readonly line: number;
  /** What must hold too. */
  readonly second: (Condition & { readonly written: string }) | undefined;
  /** The pattern as written, in octets. */
  readonly written: string;
  /** Undefined for an `if`. */
  readonly template: Template | undefined;
  /** The highest group of the template; a copy, as it is read for every candidate. */
  readonly groups: number;
  /** The result of a template without groups, where it is UTF-8. */
  readonly fixed: string | undefined;
  /** For an `if`: the rule behind its `endif`, or the end of the table where it has none. */
  skipTo: number;
}

/**
 * Makes a table of a kind from its text. Lines that Postfix drops are dropped, with its warnings.
 *
 * @throws FromguardError FG_TABLE_INVALID with the file and line
 */
export function patternTable(
  source: string | Uint8Array,
  dialect: PatternDialect,
  options: TableTextOptions,
): LoadedTable {
  const { file, maxKeyBytes = MAX_KEY_BYTES } = options;
  const { rules, index, warnings } = new Loader(file, dialect, maxKeyBytes).load(octetsOf(source, file));
  return { table: tableOfRules(rules, index, `${dialect.type}:${file}`, file, maxKeyBytes), warnings };
}

class Loader {
  private readonly warnings: TableWarning[] = [];
  private readonly rules: Rule[] = [];
  private readonly indexing: Omit<IndexableRule, "skipTo">[] = [];
  private readonly open: Rule[] = [];

  constructor(
    private readonly file: string,
    private readonly dialect: PatternDialect,
    private readonly maxKeyBytes: number,
  ) {}

  load(octets: string): {
    readonly rules: readonly Rule[];
    readonly index: RuleIndex;
    readonly warnings: readonly TableWarning[];
  } {
    const { lines, stray } = logicalLines(octets);
    for (const { line, text } of stray) this.warn(line, `${this.file}: ${shownOctets(text)}`);
    for (const { text, line } of lines) {
      // Postfix reads the line as a C string.
      const [beforeNul = ""] = text.split("\0", 1);
      const trimmed = trimBlanksAtEnd(beforeNul);
      if (trimmed !== "") this.loadLine(trimmed, line);
    }
    for (const rule of this.open.reverse()) {
      this.warn(rule.line, this.placed(rule.line, "IF has no matching ENDIF"));
      rule.skipTo = this.rules.length;
    }
    const indexable = this.rules.map(({ template, skipTo }, i) => ({
      ...this.indexing[i]!,
      skipTo: template === undefined ? skipTo : undefined,
    }));
    return { rules: this.rules, index: indexRules(indexable), warnings: this.warnings };
  }

  private loadLine(text: string, line: number): void {
    const complain: Complain = (what, { bare = false } = {}) =>
      this.warn(line, bare ? shownOctets(what) : this.placed(line, what));
    const parsed = parseRule(text, this.dialect, complain);
    if (parsed === undefined) return;
    if (parsed.kind === "endif") {
      const closed = this.open.pop();
      if (closed === undefined) complain("ignoring ENDIF without matching IF");
      else if (parsed.extraText) complain("ignoring extra text after ENDIF");
      if (closed !== undefined) closed.skipTo = this.rules.length;
      return;
    }
    const template = parsed.kind === "match" ? parsed.template : undefined;
    const compiled = this.compile(parsed.pattern, template?.highestGroup ?? 0, line, complain);
    if (compiled === undefined) return;
    const { matcher, kept = matcher } = compiled;
    let second: Rule["second"];
    if (parsed.kind === "match" && parsed.second !== undefined) {
      const other = this.compile(parsed.second, 0, line, complain);
      if (other === undefined) return;
      const { negated, text } = parsed.second;
      second = { negated, matcher: other.matcher, written: text };
    }
    const { negated, text: written } = parsed.pattern;
    // What every lookup reads stands first, in one or two lines of the cache.
    const rule: Rule = {
      negated,
      matcher: kept,
      second,
      template,
      groups: template?.highestGroup ?? 0,
      fixed: template?.highestGroup === 0 ? textOf(expandTemplate(template, [])) : undefined,
      skipTo: 0,
      line,
      written,
    };
    const canFail = mayReachLimit(matcher, this.maxKeyBytes);
    if (canFail) {
      this.adviseOf(line, "a key can take too many steps: its lookup fails, where Postfix goes on with the next line");
    }
    const { versionDependent } = matcher.pattern;
    if (versionDependent !== undefined) {
      this.adviseOf(line, `${versionDependent.what}: PCRE2 before 10.43 takes it otherwise than later ones`);
    }
    if (template !== undefined && !negated) this.advise(matcher, rule, template);
    this.rules.push(rule);
    this.indexing.push({ needs: negated ? undefined : requiredLiterals(matcher.pattern), canFail });
    if (template === undefined) this.open.push(rule);
  }

  private advise(matcher: RuleMatcher, { second, line }: Rule, template: Template): void {
    const guards: Condition[] = [...this.open];
    if (second !== undefined) guards.push(second);
    const reaches = (octets: string): boolean => guards.every((guard) => holds(guard, octets) === true);
    for (const what of adviceOn(matcher, template, reaches)) this.adviseOf(line, what);
  }

  private adviseOf(line: number, what: string): void {
    this.warnings.push({ kind: "advice", file: this.file, line, text: `${this.file}:${line}: ${what}` });
  }

  private compile(pattern: WrittenPattern, groups: number, line: number, complain: Complain): Compiled | undefined {
    const compiled = this.dialect.compile(pattern, groups);
    if ("refusal" in compiled) {
      const { offset, message } = compiled.refusal;
      throw new FromguardError("FG_TABLE_INVALID", `octet ${offset} of the pattern: ${message}`, {
        place: { file: this.file, line },
      });
    }
    if ("fault" in compiled) {
      complain(compiled.fault);
      return undefined;
    }
    if (groups > compiled.matcher.pattern.captureCount) {
      complain(`out of range replacement index "${groups}": skipping this rule`);
      return undefined;
    }
    return compiled;
  }

  private placed(line: number, octets: string): string {
    return `${this.dialect.type} map ${this.file}, line ${line}: ${shownOctets(octets)}`;
  }

  private warn(line: number, text: string): void {
    this.warnings.push({ kind: "postfix", file: this.file, line, text });
  }
}

function tableOfRules(
  rules: readonly Rule[],
  index: RuleIndex,
  name: string,
  file: string,
  maxKeyBytes: number,
): Table {
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
      const hit = firstMatch(rules, index(octets), octets);
      if (hit === undefined) return NOT_FOUND;
      if ("limit" in hit) {
        return failure("match-limit", "matching took too many steps", { key, line: hit.limit.line });
      }
      const { rule, captures } = hit;
      const value = rule.fixed ?? textOf(expandTemplate(rule.template, captures));
      if (value === undefined) {
        return failure("result-not-utf8", "the result is not UTF-8", { key, line: rule.line });
      }
      return {
        kind: "found",
        value,
        evidence: () => ({
          source: name,
          file,
          key,
          result: value,
          line: rule.line,
          pattern: shownPattern(rule),
          captures: shownCaptures(rule, captures),
        }),
      };
    },
    entries: () => listed(rules, file),
  };
}

function mayReachLimit(matcher: RuleMatcher, octets: number): boolean {
  return matcher.mayReachLimit?.(octets) ?? (octets > MAX_KEY_BYTES || hasReference(matcher.pattern.root));
}

function hasReference(node: Node): boolean {
  return node.type === "reference" || partsOf(node).some(hasReference);
}

type MatchRule = Rule & { readonly template: Template };

function isMatch(rule: Rule): rule is MatchRule {
  return rule.template !== undefined;
}

/** Whether a condition holds; undefined where it could not be found out. */
function holds({ matcher, negated }: Condition, octets: string): boolean | undefined {
  const matched = matcher.test(octets);
  return matched === "match-limit" ? undefined : matched !== negated;
}

const NO_CAPTURES: Captures = [];

type Hit = { readonly rule: MatchRule; readonly captures: Captures } | { readonly limit: Rule };

function firstMatch(rules: readonly Rule[], candidates: Candidates, octets: string): Hit | undefined {
  for (let i = candidates.next(0); i < rules.length; i = candidates.next(i + 1)) {
    const rule = rules[i]!;
    let captures = NO_CAPTURES;
    if (rule.groups > 0) {
      const found = rule.matcher.match(octets);
      if (found === null) continue;
      if (found === "match-limit") return { limit: rule };
      captures = found;
    } else {
      const held = candidates.isSure || holds(rule, octets);
      if (held === undefined) return { limit: rule };
      if (!held) {
        if (!isMatch(rule)) i = rule.skipTo - 1;
        continue;
      }
    }
    if (!isMatch(rule)) continue;
    const second = rule.second === undefined || holds(rule.second, octets);
    if (second === undefined) return { limit: rule };
    if (second) return { rule, captures };
  }
  return undefined;
}

function shownPattern({ negated, written }: Condition & { readonly written: string }): string {
  return `${negated ? "!" : ""}${shown(written)}`;
}

/** The captures that went into the result. */
function shownCaptures({ template }: MatchRule, captures: Captures): readonly (string | null)[] {
  const used = captures.slice(1, template.highestGroup + 1);
  return used.map((capture) => (capture === undefined ? null : shown(capture)));
}

function* listed(rules: readonly Rule[], file: string): Iterable<TableEntry> {
  const around: { readonly text: string; readonly until: number }[] = [];
  for (const [index, rule] of rules.entries()) {
    while (around.length > 0 && (around.at(-1)?.until ?? 0) <= index) around.pop();
    const { second } = rule;
    const also = second === undefined ? "" : `${second.negated ? "!" : "!!"}${shown(second.written)}`;
    const pattern = `${shownPattern(rule)}${also}`;
    if (isMatch(rule)) {
      const result = rule.template.parts.map((part) => (typeof part === "number" ? part : shown(part)));
      const conditions = around.map(({ text }) => `if ${text} `).join("");
      yield { kind: "pattern", pattern: conditions + pattern, result, file, line: rule.line };
    } else around.push({ text: pattern, until: rule.skipTo });
  }
}

/** Octets for the eye: as UTF-8 where they are. */
function shown(octets: string): string {
  return textOf(octets) ?? octets;
}
