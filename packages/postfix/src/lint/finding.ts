import type { Place } from "@fromguard/core";
import type { MainCf } from "../main-cf/main-cf.js";

/** What can be wrong with a main.cf, in stable words. */
export type LintCode =
  | "dead-restriction"
  | "delay-reject-off"
  | "local-submission-open"
  | "login-map-never-matches"
  | "login-map-shadowed"
  | "login-map-unused"
  | "login-rule-in-capitals"
  | "login-rule-only-warns"
  | "login-rule-without-map"
  | "login-rule-without-sasl"
  | "mynetworks-open"
  | "no-header-check"
  | "permit-before-login-rule"
  | "soft-bounce-on"
  | "strangers-use-our-addresses"
  | "table-unusable"
  | "unknown-restriction"
  | "warn-if-reject-left"
  | "wrong-case-of-class";

/** One thing that is wrong. */
export interface LintFinding {
  readonly code: LintCode;
  /** The line where it stands; file and parameter alone where the fault is that nothing stands there. */
  readonly place: Place;
  /** What is wrong, in one sentence without a full stop. */
  readonly problem: string;
  /** What it leads to, by example. */
  readonly example: string;
  /** Lines to paste into main.cf, or into the table in question. */
  readonly cure: readonly string[];
}

/** The text of a table's file. */
export interface TableText {
  readonly file: string;
  readonly text: string;
}

/** What is looked at. */
export interface LintFacts {
  readonly config: MainCf;
  /** The text of tables, by `type:source` as main.cf names them, as far as it can be read. */
  readonly texts: ReadonlyMap<string, TableText>;
  /** Why a table that main.cf names cannot be opened. */
  readonly unusable: ReadonlyMap<string, string>;
}
