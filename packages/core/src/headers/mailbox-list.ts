import type { Address } from "../address/address.js";
import type { PlacedText } from "./tokens.js";

/** One mailbox of a list. */
export interface Mailbox {
  /** Its domain is none where the value names none. A domain that reading altered stands here as it reads. */
  readonly address: Address;
  /** Where it begins, in characters of the value. */
  readonly start: number;
}

/** What a list of mailboxes has beside plain mailboxes. */
export type ListFault =
  /** Not parseable to the end: reading stopped here. */
  | "malformed"
  /** Comments too deep or mailboxes too many: reading stopped here. */
  | "limit"
  | "null-address"
  | "route"
  | "group"
  | "empty-group"
  | "empty-element"
  | "blank-in-address"
  | "encoded-word"
  /** A trailing dot, an ideographic dot or a soft hyphen in the domain. */
  | "altered-domain"
  /** Another domain of which one reader sees other characters than the next. */
  | "ambiguous-domain";

/** A list of mailboxes, as far as it could be read. */
export interface MailboxList {
  readonly mailboxes: readonly Mailbox[];
  /** Display names, group names and comments, without quotes and escapes, not decoded. */
  readonly names: readonly PlacedText[];
  readonly faults: readonly { readonly kind: ListFault; readonly at: number }[];
}
