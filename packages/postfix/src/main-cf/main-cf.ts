import type { Place } from "@fromguard/core";

/**
 * The parameters of one Postfix, as main.cf and overrides set them. Values are expanded (`$name`, `${name?{a}:{b}}`, ...); a
 * parameter that is not set has Postfix's built-in default (expanded as well), an unknown name is empty.
 *
 * Typed getters throw FromguardError `FG_CONFIG_INVALID` naming file, line and parameter, where Postfix is fatal.
 *
 * @see postconf(5)
 */
export interface MainCf {
  /** As shown in messages. */
  readonly file: string;
  /** What is set, in the order of the file, overrides last. */
  readonly names: readonly string[];
  get(name: string): string;
  isSet(name: string): boolean;
  /** File and line where it is set; only the key for a default, and for an override that has no place. */
  place(name: string): Place;
  /** `yes` or `no`, in any case. */
  bool(name: string): boolean;
  int(name: string): number;
  /** Seconds: a number with `s` (default), `m`, `h`, `d` or `w`. */
  seconds(name: string): number;
  /** Split at commas and white space; a `{ }` group is one element, with its braces. */
  list(name: string): readonly string[];
}
