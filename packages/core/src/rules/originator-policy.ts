/** What becomes of a form on which two verdicts are defensible. */
export type Stance = "accept" | "reject";

/**
 * One stance for each row of the policy table on which presets differ. To accept a form forgives that form alone: whatever
 * else is wrong with the message still counts.
 */
export interface OriginatorPolicy {
  /** Several mailboxes in From, all own, and no Sender. */
  readonly severalAuthorsWithoutSender: Stance;
  /** A group with own members. */
  readonly group: Stance;
  /** An empty group beside an own mailbox. */
  readonly emptyGroup: Stance;
  /** A group of one own member in Sender or Resent-Sender (RFC 6854 permits it). */
  readonly groupInSender: Stance;
  /** A Sender of blanks alone. */
  readonly emptySender: Stance;
  /** A Resent-From or Resent-Sender that is not own. */
  readonly foreignResent: Stance;
  /** A foreign From beside an own Resent-From. To accept permits any forgery: for trusted logins only. */
  readonly redirect: Stance;
  /** The same own From more than once. */
  readonly repeatedFrom: Stance;
  /** `From :`, and so in any field. */
  readonly blankBeforeColon: Stance;
  /** A first line `From address date`, or a field named `>From`; both are then ignored. */
  readonly mboxLine: Stance;
  /** An own address behind a route. */
  readonly sourceRoute: Stance;
  /** A trailing dot, ideographic dots or soft hyphens in the domain of an address that is own without them. */
  readonly alteredDomain: Stance;
  /** Empty list elements, and blanks around the at sign and dots of an address. */
  readonly obsoleteSyntax: Stance;
  /** An own local part without a domain. */
  readonly bareLocalPart: Stance;
  /** A subaddress that is not listed, of an own address. */
  readonly unlistedSubaddress: Stance;
  /** A local part that differs from the own one in case. Seen only where the ownership tells the own form. */
  readonly localPartCase: Stance;
  /** A foreign address in a display name, group name or comment. */
  readonly foreignAddressInName: Stance;
  /** U+202D or U+202E there. */
  readonly bidiInName: Stance;
  /** An encoded-word there in a charset that cannot be read. */
  readonly unknownCharset: Stance;
  /** Text there that looks like an encoded-word but is none. */
  readonly brokenEncodedWord: Stance;
  /** An Author that is not own. */
  readonly foreignAuthor: Stance;
  /** A foreign From among the protected headers of a MIME part (the rule `body-unambiguous`). */
  readonly innerFrom: Stance;
  /** An end-of-data sequence with a bare CR or LF in the body (the rule `body-unambiguous`). */
  readonly smuggling: Stance;
}

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

function stances(of: (form: keyof OriginatorPolicy) => Stance): OriginatorPolicy {
  const forms = Object.keys(DEFAULT) as (keyof OriginatorPolicy)[];
  return Object.fromEntries(forms.map((form) => [form, of(form)])) as Record<keyof OriginatorPolicy, Stance>;
}

const PRESETS: Readonly<Record<OriginatorPreset, OriginatorPolicy>> = {
  default: DEFAULT,
  strict: stances(() => "reject"),
  lenient: stances(() => "accept"),
  "relaxed-resent": { ...DEFAULT, foreignResent: "accept", redirect: "accept" },
};

/** A preset with the stances that are given in its place. */
export function originatorPolicy(
  options: { readonly preset?: OriginatorPreset } & Partial<OriginatorPolicy> = {},
): OriginatorPolicy {
  const base = PRESETS[options.preset ?? "default"];
  return stances((form) => options[form] ?? base[form]);
}
