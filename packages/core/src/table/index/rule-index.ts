import { LiteralTrie, Ranges } from "./literal-trie.js";
import type { RequiredLiterals } from "./required-literals.js";

/** What the index needs to know of a rule. */
export interface IndexableRule {
  /** What a key must begin or end with for the rule to do anything: undefined where nothing, or for a negated pattern. */
  readonly needs: RequiredLiterals | undefined;
  /** Whether asking it can be an error, so that it has to be asked even where it cannot match. */
  readonly canFail: boolean;
  /** For an `if`: the rule behind its block. */
  readonly skipTo: number | undefined;
}

/** The rules that have to be asked about one key, in order. */
export interface Candidates {
  /** The first from this rule on, or a number beyond the last rule. An `if` comes before the candidates in its block. */
  next(from: number): number;
  /** Whether the text of the key tells already that the pattern of the last one matches. */
  readonly isSure: boolean;
}

/** Finds the rules that have to be asked about a key, given as octets. What it answers holds until it is asked again. */
export type RuleIndex = (octets: string) => Candidates;

/** Rules with literals that make an index worth its search. */
const MIN_INDEXED = 8;

const EVERY_RULE: Candidates = { next: (from) => from, isSure: false };

/**
 * Makes an index over the rules of a pattern table: a rule is no candidate where the key lacks text that its pattern, or the
 * pattern of an `if` around it, needs. The patterns still decide, so answers are those of asking every rule in order.
 */
export function indexRules(rules: readonly IndexableRule[]): RuleIndex {
  const starts = new LiteralTrie("start");
  const ends = new LiteralTrie("end");
  const always: number[] = [];
  const parents: number[] = [];
  const open: { readonly rule: number; readonly skipTo: number; readonly needs: RequiredLiterals | undefined }[] = [];
  let indexed = 0;
  for (const [rule, { needs: own, canFail, skipTo }] of rules.entries()) {
    while (open.length > 0 && open.at(-1)!.skipTo <= rule) open.pop();
    const around = open.at(-1);
    parents.push(around?.rule ?? -1);
    if (skipTo !== undefined) open.push({ rule, skipTo, needs: own ?? around?.needs });
    // An if is asked for the candidates in its block.
    if (skipTo !== undefined && !canFail) continue;
    const needs = (canFail ? undefined : own) ?? around?.needs;
    if (needs === undefined) {
      always.push(rule);
      continue;
    }
    indexed += 1;
    const trie = needs.at === "start" ? starts : ends;
    for (const text of needs.texts) trie.add(text, 2 * rule + (needs === own && own.suffices ? 1 : 0));
  }
  if (indexed < MIN_INDEXED) return () => EVERY_RULE;
  // Twice the rule, and one more where the text suffices.
  const list = always.map((rule) => 2 * rule);
  const searches = [starts.freeze(list), ends.freeze(list)];
  const numbers = Uint32Array.from(list);
  const blocks = parents.some((parent) => parent >= 0) ? parents : [];
  // Only what the search needs stays in memory.
  const { length: count } = rules;
  const { length: first } = always;
  const ranges = new Ranges();
  const candidates = new MergedCandidates(numbers, ranges, blocks, count);
  return (octets) => {
    // The end of a pattern may be before a newline.
    if (octets.includes("\n")) return EVERY_RULE;
    const subject = octets.toLowerCase();
    ranges.used = 0;
    ranges.add(0, first);
    for (const search of searches) search(subject, ranges);
    return candidates;
  };
}

/** Reads ascending ranges of a list of rules as one. */
class MergedCandidates implements Candidates {
  isSure = false;

  constructor(
    private readonly numbers: Uint32Array,
    /** The first place of each moves on to the next candidate. */
    private readonly ranges: Ranges,
    private readonly parents: readonly number[],
    private readonly count: number,
  ) {}

  next(from: number): number {
    const { numbers } = this;
    const { places, used } = this.ranges;
    let least = 2 * this.count;
    for (let i = 0; i < used; i += 2) {
      const behind = places[i + 1]!;
      let place = places[i]!;
      while (place < behind && numbers[place]! < 2 * from) place += 1;
      places[i] = place;
      if (place < behind && numbers[place]! < least) least = numbers[place]!;
    }
    let first = least >> 1;
    this.isSure = (least & 1) === 1;
    // The ifs around it that were not asked yet come first; those before `from` were, and hold.
    for (let parent = this.parents[first] ?? -1; parent >= from; parent = this.parents[parent] ?? -1) {
      first = parent;
      this.isSure = false;
    }
    return first;
  }
}
