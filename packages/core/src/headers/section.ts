import type { Code } from "../verdict/codes.js";
import type { HeaderLimits } from "./limits.js";

/** One header field. Octets are kept as received: nothing is repaired or decoded. */
export interface HeaderField {
  /** As written, without the colon; octets as latin1. */
  readonly name: string;
  /** Everything behind the colon, folds included, without the final line end. */
  readonly value: Uint8Array;
  /** Octets from the start of the header section; in the list view, the index of the field. */
  readonly offset: number;
}

/**
 * Forms of a header on which two verdicts are defensible: the rows of the policy table that a reader of the header can see.
 * A policy takes or refuses each by name; an anomaly without a form is refused by every policy.
 */
export type Form =
  | "blankBeforeColon"
  | "mboxLine"
  | "group"
  | "emptyGroup"
  | "groupInSender"
  | "emptySender"
  | "sourceRoute"
  | "alteredDomain"
  | "obsoleteSyntax"
  | "bidiInName"
  | "unknownCharset"
  | "brokenEncodedWord";

/** Something in the header that one reader could take for another sender. */
export interface Anomaly {
  readonly code: Code;
  /** Present where a policy may take it. */
  readonly form?: Form;
  readonly offset: number;
  /** The name of the field it stands in, as written, where it stands in one. */
  readonly field?: string;
}

/** A header section as it is on the wire. */
export interface HeaderSection {
  /** `bytes`: seen whole; `list`: names and values as a milter passes them. */
  readonly view: "bytes" | "list";
  readonly fields: readonly HeaderField[];
  readonly anomalies: readonly Anomaly[];
  /** Codes of anomalies that this view cannot see. */
  readonly blindTo: readonly Code[];
  /** What it was read within, and its originators are read within. Default {@link HEADER_LIMITS}. */
  readonly limits?: HeaderLimits;
  /** True where a limit ended reading: the fields behind it are not here. */
  readonly isLimitReached?: boolean;
}

/** What a body tells about the sender. */
export interface BodyAnomalies {
  /** Offset in the body of the first end-of-data sequence with a bare CR or LF; undefined where there is none. */
  readonly smugglingOffset: number | undefined;
  /** Header sections of MIME parts with protected headers (RFC 9788). */
  readonly protectedHeaders: readonly HeaderSection[];
  /** True where a limit ended the search for such parts. */
  readonly isLimitReached?: boolean;
}
