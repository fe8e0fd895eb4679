/**
 * What a verdict rests on, for the operator's eyes: plain data, never sent to the client.
 *
 * Strings that came from the network are kept as they are; whoever prints them escapes them.
 */
export interface Evidence {
  /** The login whose right was in question. */
  readonly login?: string;
  /** The address that was judged, in canonical form. */
  readonly address?: string;
  /** The header field in question, as written: `From`, `Resent-Sender`. */
  readonly field?: string;
  /** Octets from the start of the header section (or of the envelope path) to the fault. */
  readonly offset?: number;
  /** The source that answered, such as `pcre:/etc/postfix/senders`. */
  readonly source?: string;
  /** The file of the line that decided. */
  readonly file?: string;
  /** The line that decided, from 1. */
  readonly line?: number;
  /** The key with which the source was asked. */
  readonly key?: string;
  /** The pattern that matched, as written. */
  readonly pattern?: string;
  /** Captures that went into the result; absent groups are null. */
  readonly captures?: readonly (string | null)[];
  /** What the source answered: the owners of the address. */
  readonly result?: string;
  /** The statements from the login to the address, each in words with its place: `bob is in group sales (grants.yaml:7)`. */
  readonly path?: readonly string[];
  /** One sentence: what else matters. */
  readonly detail?: string;
  /** The smallest change that would give another verdict, in words or as a line to paste. */
  readonly remedy?: string;
  /** What the remedy lets in beside what was asked for: `every other address at example.com that has no line of its own`. */
  readonly lets?: string;
  /** Points by rule name, from `score`. */
  readonly symbols?: Readonly<Record<string, number>>;
  /** What each of those rules rests on, by its name; of several of one name the first. */
  readonly members?: Readonly<Record<string, Evidence>>;
}
