import type { ByteSet } from "./byte-set.js";

/** What a caller may set from outside the pattern, by PCRE2's letters (in Postfix tables: flags, toggled). */
export interface PatternOptions {
  /** `i`: ASCII letters match both cases. Default false. */
  readonly caseless?: boolean;
  /** `m`: `^` and `$` also match at inner line ends. Default false. */
  readonly multiline?: boolean;
  /** `s`: `.` also matches a newline. Default false. */
  readonly dotAll?: boolean;
  /** `x`: white space and `#` comments in the pattern are skipped. Default false. */
  readonly extended?: boolean;
  /** `A`: matches only at the start of the subject. Default false. */
  readonly anchored?: boolean;
  /** `E`: `$` matches only at the very end, not before a final newline. Default false. */
  readonly dollarEndOnly?: boolean;
  /** `U`: quantifiers are lazy unless a `?` follows. Default false. */
  readonly ungreedy?: boolean;
  /** The grammar: that of 10.42, or that of 10.43 and later. Default `10.42`. */
  readonly version?: PcreVersion;
}

/** Versions of PCRE2 that differ in grammar. */
export type PcreVersion = "10.42" | "10.43";

/** Something that PCRE2 reads or matches otherwise before 10.43 than from there on. */
export interface VersionDependence {
  readonly at: number;
  readonly what: string;
}

/**
 * A syntax tree. Case, `.` and `$` are resolved: what the options did is in the sets and kinds.
 *
 * `at` is the octet of the pattern at which a construct begins.
 */
export type Node =
  | { readonly type: "set"; readonly set: ByteSet }
  /** One character of UTF-8, as ranges of code points: only with `(*UTF)`, and only where it is not one octet. */
  | { readonly type: "chars"; readonly ranges: CodeRanges }
  | { readonly type: "sequence"; readonly items: readonly Node[] }
  | { readonly type: "alternatives"; readonly items: readonly Node[] }
  | { readonly type: "capture"; readonly index: number; readonly body: Node }
  | { readonly type: "repeat"; readonly body: Node; readonly min: number; readonly max: number; readonly mode: Mode }
  | { readonly type: "assertion"; readonly kind: Assertion }
  | {
      readonly type: "look";
      readonly behind: boolean;
      readonly negative: boolean;
      /** False for the non-atomic kinds `(*napla:` and `(*naplb:`. */
      readonly atomic: boolean;
      readonly body: Node;
      readonly at: number;
    }
  | { readonly type: "atomic"; readonly body: Node; readonly at: number }
  | { readonly type: "reference"; readonly to: number | string; readonly caseless: boolean; readonly at: number }
  | { readonly type: "call"; readonly to: number | string; readonly at: number }
  | {
      readonly type: "condition";
      readonly test: Condition;
      readonly yes: Node;
      readonly no: Node | undefined;
      readonly at: number;
    }
  | { readonly type: "keep"; readonly at: number }
  | { readonly type: "newline-sequence"; readonly at: number }
  | { readonly type: "verb"; readonly name: string; readonly argument: string; readonly at: number }
  /** Accepted by PCRE2, with no node of its own here: Unicode properties and `\X` with `(*UTF)`. */
  | { readonly type: "unsupported"; readonly what: string; readonly at: number };

/** Code points as sorted, disjoint ranges, both ends included. */
export type CodeRanges = readonly (readonly [low: number, high: number])[];

/** How a quantifier tries its counts. */
export type Mode = "greedy" | "lazy" | "possessive";

/** Zero-width tests. `dollar` is `$` and `\Z`: the end, or before a final newline. */
export type Assertion = "start" | "end" | "dollar" | "line-start" | "line-end" | "word-boundary" | "no-word-boundary";

/** What a conditional group tests. */
export type Condition =
  | { readonly kind: "group"; readonly to: number | string }
  | { readonly kind: "look"; readonly look: Node }
  | { readonly kind: "recursion"; readonly to: number | string | undefined }
  | { readonly kind: "define" }
  | { readonly kind: "constant"; readonly value: boolean };

/** A parsed pattern. */
export interface Pattern {
  readonly root: Node;
  /** Capture groups, by the highest number. */
  readonly captureCount: number;
  /** Numbers of each named group. */
  readonly names: ReadonlyMap<string, readonly number[]>;
  /** Whether the whole pattern was asked to match at the start only (`A`). */
  readonly anchored: boolean;
  /** Settings at the start of the pattern, such as `UTF` or `LIMIT_MATCH`, with their octets. */
  readonly settings: readonly { readonly name: string; readonly at: number }[];
  /** Characters in each branch of each lookbehind. */
  readonly behind?: ReadonlyMap<Node, readonly number[]>;
  /** Whether the pattern names a CR or LF, which changes how `(*CRLF)` searches. */
  readonly namesLineEnd?: boolean;
  /** Code units that PCRE2 compiles it to, at most. */
  readonly size?: number;
  /** The first thing in it that other versions of PCRE2 take otherwise, where there is one. */
  readonly versionDependent?: VersionDependence;
}

/** A pattern that PCRE2 rejects too. */
export interface SyntaxFault {
  readonly ok: false;
  readonly code: "syntax";
  /** Octets from the start of the pattern to where PCRE2 reports the fault. */
  readonly offset: number;
  /** In PCRE2's words. */
  readonly message: string;
}

/** The tree of a node's direct parts, for walks. */
export function partsOf(node: Node): readonly Node[] {
  switch (node.type) {
    case "sequence":
    case "alternatives":
      return node.items;
    case "capture":
    case "repeat":
    case "look":
    case "atomic":
      return [node.body];
    case "condition":
      return [...(node.test.kind === "look" ? [node.test.look] : []), node.yes, ...(node.no ? [node.no] : [])];
    default:
      return [];
  }
}

/** What the groups of a pattern took, by number; 0 is the whole match. A group that took no part is undefined. */
export type Captures = readonly (string | undefined)[];
