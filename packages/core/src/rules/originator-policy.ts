import type { Form } from "../headers/section.js";

/** Forms that only a judge sees who knows the owner, beside those of the header itself. */
export type OwnershipForm =
  | "severalAuthorsWithoutSender"
  | "repeatedFrom"
  | "foreignResent"
  | "redirect"
  | "foreignAddressInName"
  | "bareLocalPart"
  | "unlistedSubaddress"
  | "localPartCase"
  | "foreignAuthor"
  | "innerFrom"
  | "smuggling";

/** What becomes of a form on which two verdicts are defensible. */
export type Stance = "accept" | "reject";

/**
 * One stance for each row of the policy table on which presets differ. To accept a form forgives that form alone: whatever
 * else is wrong with the message still counts.
 *
 * * `severalAuthorsWithoutSender`: several mailboxes in From, all own, and no Sender.
 * * `group`: a group with own members. `emptyGroup`: an empty one beside an own mailbox.
 * * `groupInSender`: a group of one own member in Sender or Resent-Sender (RFC 6854 permits it).
 * * `emptySender`: a Sender of blanks alone.
 * * `foreignResent`: a Resent-From or Resent-Sender that is not own.
 * * `redirect`: a foreign From beside an own Resent-From. To accept permits any forgery: for trusted logins only.
 * * `repeatedFrom`: the same own From more than once.
 * * `blankBeforeColon`: `From :`, and so in any field.
 * * `mboxLine`: a first line `From address date`, or a field named `>From`; both are then ignored.
 * * `sourceRoute`: an own address behind a route.
 * * `alteredDomain`: a trailing dot, ideographic dots or soft hyphens in the domain of an address that is own without them.
 * * `obsoleteSyntax`: empty list elements, and blanks around the at sign and dots of an address.
 * * `bareLocalPart`: an own local part without a domain.
 * * `unlistedSubaddress`: a subaddress that is not listed, of an own address.
 * * `localPartCase`: a local part that differs from the own one in case. Seen only where the ownership tells the own form.
 * * `foreignAddressInName`: a foreign address in a display name, group name or comment.
 * * `bidiInName`: U+202D or U+202E there.
 * * `unknownCharset`: an encoded-word there in a charset that cannot be read.
 * * `brokenEncodedWord`: text there that looks like an encoded-word but is none.
 * * `foreignAuthor`: an Author that is not own.
 * * `innerFrom`: a foreign From among the protected headers of a MIME part (the rule `body-unambiguous`).
 * * `smuggling`: an end-of-data sequence with a bare CR or LF in the body (the rule `body-unambiguous`).
 */
export type OriginatorPolicy = Readonly<Record<Form | OwnershipForm, Stance>>;

/**
 * `default`; `strict` and `lenient`, its neighbours; `relaxed-resent`: default for trusted logins that redirect mail.
 */
export type OriginatorPreset = "default" | "strict" | "lenient" | "relaxed-resent";

const DEFAULT: OriginatorPolicy = {
  severalAuthorsWithoutSender: "accept",
  group: "accept",
  emptyGroup: "reject",
  groupInSender: "reject",
  emptySender: "reject",
  foreignResent: "reject",
  redirect: "reject",
  repeatedFrom: "reject",
  blankBeforeColon: "reject",
  mboxLine: "reject",
  sourceRoute: "reject",
  alteredDomain: "reject",
  obsoleteSyntax: "accept",
  bareLocalPart: "reject",
  unlistedSubaddress: "reject",
  localPartCase: "accept",
  foreignAddressInName: "reject",
  bidiInName: "reject",
  unknownCharset: "reject",
  brokenEncodedWord: "accept",
  foreignAuthor: "reject",
  innerFrom: "accept",
  smuggling: "reject",
};

const everywhere = (stance: Stance) =>
  Object.fromEntries(Object.keys(DEFAULT).map((form) => [form, stance])) as OriginatorPolicy;

const PRESETS: Readonly<Record<OriginatorPreset, OriginatorPolicy>> = {
  default: DEFAULT,
  strict: everywhere("reject"),
  lenient: everywhere("accept"),
  "relaxed-resent": { ...DEFAULT, foreignResent: "accept", redirect: "accept" },
};

/** A preset with the stances that are given in its place. */
export function originatorPolicy(
  options: { readonly preset?: OriginatorPreset } & Partial<OriginatorPolicy> = {},
): OriginatorPolicy {
  const base = PRESETS[options.preset ?? "default"];
  const stances = Object.keys(DEFAULT) as (keyof OriginatorPolicy)[];
  return Object.fromEntries(stances.map((form) => [form, options[form] ?? base[form]])) as OriginatorPolicy;
}
