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
  | "login-rule-dropped"
  | "login-rule-in-capitals"
  | "login-rule-only-warns"
  | "login-rule-without-map"
  | "login-rule-without-sasl"
  | "logins-unchecked"
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
  /** Lines to paste into main.cf, into the table in question, or, from `-o` on, into the service of master.cf. */
  readonly cure: readonly string[];
  /** The services of master.cf in which it is so; absent where it is so in all, or where none was looked at. */
  readonly services?: readonly ServiceName[];
}

/** A service of master.cf. */
export interface ServiceName {
  /** As postconf(1) writes it: `submission/inet`. */
  readonly name: string;
  /** The line on which it begins. */
  readonly place: Place;
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
  /** Where a service of master.cf is looked at: main.cf without what the service sets. */
  readonly main?: MainCf;
}
