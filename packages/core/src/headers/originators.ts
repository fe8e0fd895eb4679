import type { Code } from "../verdict/codes.js";
import { AnomalyLog } from "./anomaly-log.js";
import { readDisplay, type ShownAddress } from "./display.js";
import { fieldText, octetOffset } from "./field-text.js";
import { ORIGINATOR_LIMITS, type OriginatorLimits } from "./limits.js";
import { type ListFault, type Mailbox, type MailboxList, parseMailboxes } from "./mailboxes.js";
import type { Anomaly, Form, HeaderField, HeaderSection } from "./section.js";

/** The fields that a reader may show as the sender. */
export type OriginatorName = "from" | "sender" | "resent-from" | "resent-sender" | "author";

/** An address that a display name, group name or comment shows. */
export interface ShownMailbox {
  readonly forms: ShownAddress;
  readonly offset: number;
}

/** An originator field, read whole. */
export interface OriginatorField {
  /** In lower case, without blanks before the colon. */
  readonly name: OriginatorName;
  readonly field: HeaderField;
  /** Every mailbox up to the first fault that ends reading; offsets as in {@link Anomaly}. */
  readonly mailboxes: readonly { readonly address: Mailbox["address"]; readonly offset: number }[];
  /** Addresses in names and comments. */
  readonly shown: readonly ShownMailbox[];
  readonly anomalies: readonly Anomaly[];
}

/**
 * Reads every From, Sender, Resent-From, Resent-Sender and Author of a header section, in their order.
 *
 * Names compare without case, and without blanks before the colon; nothing else makes a field one of these.
 */
export function readOriginators(
  section: HeaderSection,
  limits: Partial<OriginatorLimits> = {},
): readonly OriginatorField[] {
  const bounds = { ...ORIGINATOR_LIMITS, ...limits };
  const found: OriginatorField[] = [];
  for (const field of section.fields) {
    const name = originatorName(field.name);
    if (name !== undefined) found.push(readOriginator(name, field, section.view, bounds));
  }
  return found;
}

const LONGEST_NAME = "resent-sender".length;

function originatorName(written: string): OriginatorName | undefined {
  const length = /[ \t]$/.test(written) ? written.trimEnd().length : written.length;
  if (length < 4 || length > LONGEST_NAME) return undefined;
  const name = written.slice(0, length).toLowerCase();
  return NAMES.has(name) ? (name as OriginatorName) : undefined;
}

const NAMES: ReadonlySet<string> = new Set<OriginatorName>([
  "from",
  "sender",
  "resent-from",
  "resent-sender",
  "author",
]);

const MALFORMED: Readonly<Record<OriginatorName, Code>> = {
  from: "from-malformed",
  sender: "sender-malformed",
  "resent-from": "resent-malformed",
  "resent-sender": "resent-malformed",
  author: "author-malformed",
};

function readOriginator(
  name: OriginatorName,
  field: HeaderField,
  view: HeaderSection["view"],
  limits: OriginatorLimits,
): OriginatorField {
  const anomalies = new AnomalyLog();
  const { value } = field;
  const placeOf = (index: number) =>
    view === "list" ? field.offset : field.offset + field.name.length + 1 + octetOffset(value, index);
  const note = (code: Code, index: number, form?: Form) => anomalies.add(code, placeOf(index), field.name, form);

  const text = fieldText(value);
  if (text === undefined) {
    note("utf8-invalid", 0);
    return { name, field, mailboxes: [], shown: [], anomalies: anomalies.list };
  }
  const list = parseMailboxes(text, limits);
  const single = name === "sender" || name === "resent-sender";
  for (const { kind, at } of list.faults) {
    const { code, form } = anomalyOf(kind, name, single);
    note(code, at, form);
  }
  judgeCount(list, text, name, single, note);

  const shown: ShownMailbox[] = [];
  for (const part of list.names) {
    const display = readDisplay(part.text, limits.maxMailboxes);
    if (display.control) note("name-control", part.start);
    if (display.bidi) note("name-bidi", part.start, "bidiInName");
    if (display.unknownCharset) note("name-undecodable", part.start, "unknownCharset");
    if (display.brokenEncodedWord) note("name-undecodable", part.start, "brokenEncodedWord");
    for (const forms of display.addresses) shown.push({ forms, offset: placeOf(part.start) });
    if (shown.length > limits.maxMailboxes) {
      note("header-too-long", part.start);
      break;
    }
  }
  const mailboxes = list.mailboxes.map(({ address, start }) => ({ address, offset: placeOf(start) }));
  return { name, field, mailboxes, shown, anomalies: anomalies.list };
}

function anomalyOf(
  kind: ListFault,
  name: OriginatorName,
  single: boolean,
): { readonly code: Code; readonly form?: Form } {
  const code = MALFORMED[name];
  switch (kind) {
    case "limit":
      return { code: "header-too-long" };
    case "encoded-word":
      return { code: "addr-encoded-word" };
    case "route":
      return { code: "addr-route", form: "sourceRoute" };
    case "null-address":
      return { code: name === "from" ? "from-no-mailbox" : code };
    case "group":
      return { code, form: single ? "groupInSender" : "group" };
    case "empty-group":
      return single ? { code } : { code, form: "emptyGroup" };
    case "empty-element":
      return single ? { code } : { code, form: "obsoleteSyntax" };
    case "blank-in-address":
      return { code, form: "obsoleteSyntax" };
    case "altered-domain":
      return { code, form: "alteredDomain" };
    case "malformed":
    case "ambiguous-domain":
      return { code };
  }
}

/** A list needs a mailbox, Sender exactly one; a value of blanks alone is an empty Sender. */
function judgeCount(
  list: MailboxList,
  text: string,
  name: OriginatorName,
  single: boolean,
  note: (code: Code, index: number, form?: Form) => void,
): void {
  const count = list.mailboxes.length;
  if (count === 1 || (count > 1 && !single)) return;
  const empty = /^[ \t]*$/.test(text);
  if (name === "from") note("from-no-mailbox", 0);
  else if (name === "sender" && empty) note("sender-malformed", 0, "emptySender");
  else note(MALFORMED[name], 0);
}
