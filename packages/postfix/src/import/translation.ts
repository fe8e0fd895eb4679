import type { Place } from "@fromguard/core";

/** A rule of fromguard's configuration, with its options. */
export interface ImportedRule {
  readonly name: string;
  readonly options?: Readonly<Record<string, boolean | readonly string[]>>;
}

/** What a translation does not keep. */
export interface ImportNote {
  /**
   * `left-out`: no rule does it; `stricter`: the rule also refuses what this Postfix accepts; `reply`: it refuses the same, with
   * another reply.
   */
  readonly kind: "left-out" | "stricter" | "reply";
  readonly place: Place;
  /** What stands in main.cf. */
  readonly subject: string;
  /** Why, in one clause. */
  readonly why: string;
}

/**
 * What main.cf decides on senders, in fromguard's rules. Where no note is `left-out` or `stricter`, both refuse the same mail, but
 * for mail to the bare recipient `postmaster`, which Postfix accepts from everybody.
 */
export interface Translation {
  readonly rules: readonly ImportedRule[];
  /** The login maps, where a rule asks them. */
  readonly ownership: { readonly maps: readonly string[]; readonly recipientDelimiter: string } | undefined;
  readonly notes: readonly ImportNote[];
}
