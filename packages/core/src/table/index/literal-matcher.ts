import type { Captures, Node, Pattern } from "@fromguard/pattern";
import { letterOf } from "./required-literals.js";

/**
 * A matcher without an expression for a pattern that is only text in either case, with or without `^` before and `$` behind:
 * what most lines of big tables are, and a tenth of the time and memory. Undefined for every other pattern.
 *
 * @returns the matcher with its tree, and what a table keeps of it
 */
export function compileLiteral(pattern: Pattern) {
  const kept = literalMatcher(pattern);
  if (kept === undefined) return undefined;
  return {
    matcher: { pattern, match: kept.match.bind(kept), test: kept.test.bind(kept), mayReachLimit: () => false },
    kept,
  };
}

function literalMatcher({ root, anchored, settings }: Pattern): LiteralMatcher | undefined {
  const items = root.type === "sequence" ? [...root.items] : [root];
  const fromStart = isAssertion(items[0], "start");
  if (fromStart) items.shift();
  const last = items.at(-1);
  const beforeNewline = isAssertion(last, "dollar");
  const toEnd = beforeNewline || isAssertion(last, "end");
  if (toEnd) items.pop();
  const text: string[] = [];
  for (const item of items) {
    const letter = item.type === "set" ? letterOf(item.set) : undefined;
    // Beyond ASCII, capitals are other octets, not other cases.
    if (item.type !== "set" || letter === undefined || letter > "\x7f") return undefined;
    if (/[a-z]/.test(letter) && item.set.length < 2) return undefined;
    text.push(letter);
  }
  if (settings.length > 0) return undefined;
  return new LiteralMatcher(text.join(""), fromStart || anchored, toEnd, beforeNewline);
}

function isAssertion(node: Node | undefined, kind: string): boolean {
  return node?.type === "assertion" && node.kind === kind;
}

/** Matches text in either case. Holds nothing else: a table of many such lines is small, and quick to walk. */
class LiteralMatcher {
  constructor(
    private readonly text: string,
    private readonly fromStart: boolean,
    private readonly toEnd: boolean,
    private readonly beforeNewline: boolean,
  ) {}

  /** Such a pattern has no groups. */
  match(octets: string): Captures | null {
    return this.test(octets) ? [] : null;
  }

  test(octets: string): boolean {
    const subject = octets.toLowerCase();
    if (!this.toEnd) return this.fromStart ? subject.startsWith(this.text) : subject.includes(this.text);
    if (this.isAtEnd(subject)) return true;
    return this.beforeNewline && subject.endsWith("\n") && this.isAtEnd(subject.slice(0, -1));
  }

  mayReachLimit(): boolean {
    return false;
  }

  private isAtEnd(subject: string): boolean {
    return this.fromStart ? subject === this.text : subject.endsWith(this.text);
  }
}
