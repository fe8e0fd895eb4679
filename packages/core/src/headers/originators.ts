import type { Code } from "../verdict/codes.js";
import { AnomalyLog } from "./anomaly-log.js";
import { type Display, readDisplay, type ShownAddress } from "./display.js";
import { FieldNames } from "./field-name.js";
import { fieldText, foldsOf, octetOffset } from "./field-text.js";
import { HEADER_LIMITS, type OriginatorLimits } from "./limits.js";
import type { ListFault, Mailbox, MailboxList } from "./mailbox-list.js";
import { parseMailboxes } from "./mailboxes.js";
import type { Anomaly, Form, HeaderField, HeaderSection } from "./section.js";

/** The fields that a reader may show as the sender. */
export type OriginatorName = "from" | "sender" | "resent-from" | "resent-sender" | "author";

/** An address that a display name, group name or comment shows. */
export interface ShownMailbox {
  readonly forms: ShownAddress;
  /** Where the name or comment begins, in characters of the unfolded value. */
  readonly start: number;
}

/** An originator field, read whole. */
export interface OriginatorField {
  /** In lower case, without blanks before the colon. */
  readonly name: OriginatorName;
  readonly field: HeaderField;
  /** Every mailbox up to the first fault that ends reading. */
  readonly mailboxes: readonly Mailbox[];
  /** Addresses in names and comments. */
  readonly shown: readonly ShownMailbox[];
  readonly anomalies: readonly Anomaly[];
  /** Turns a character of the unfolded value into an offset as {@link Anomaly} has it. */
  readonly offsetOf: (start: number) => number;
}

/**
 * Reads every From, Sender, Resent-From, Resent-Sender and Author of a header section, in their order.
 *
 * Names compare without case, and without blanks before the colon; nothing else makes a field one of these. Its limits are those of the section.
 */
export function readOriginators(section: HeaderSection): readonly OriginatorField[] {
  const { limits = HEADER_LIMITS } = section;
  const found: OriginatorField[] = [];
  for (const field of section.fields) {
    const name = ORIGINATORS.of(field);
    if (name !== undefined) found.push(readOriginator(name, field, section.view, limits));
  }
  return found;
}

const MALFORMED: Readonly<Record<OriginatorName, Code>> = {
  from: "from-malformed",
  sender: "sender-malformed",
  "resent-from": "resent-malformed",
  "resent-sender": "resent-malformed",
  author: "author-malformed",
};

const ORIGINATORS = new FieldNames(Object.keys(MALFORMED) as OriginatorName[]);

function readOriginator(
  name: OriginatorName,
  field: HeaderField,
  view: HeaderSection["view"],
  limits: OriginatorLimits,
): OriginatorField {
  const anomalies = new AnomalyLog();
  const { value } = field;
  const offsetOf = (start: number) =>
    view === "list" ? field.offset : field.offset + field.name.length + 1 + octetOffset(value, start);
  const note = (code: Code, index: number, form?: Form) => {
    // An offset takes a pass over the value: only the one that is kept is worth it.
    if (!anomalies.has(code, form)) anomalies.add(code, offsetOf(index), field.name, form);
  };

  const text = fieldText(value);
  if (text === undefined) {
    note("utf8-invalid", 0);
    return { name, field, mailboxes: [], shown: [], anomalies: anomalies.list, offsetOf };
  }
  const list = parseMailboxes(text, limits, /[("]/.test(text) ? foldsOf(value) : []);
  const single = name === "sender" || name === "resent-sender";
  for (const { kind, at } of list.faults) {
    const { code, form } = anomalyOf(kind, name, single);
    note(code, at, form);
  }
  judgeCount(list, text, name, single, note);

  const shown: ShownMailbox[] = [];
  const show = (display: Display, start: number) => {
    if (display.control) note("name-control", start);
    if (display.bidi) note("name-bidi", start, "bidiInName");
    for (const forms of display.addresses) shown.push({ forms, start });
    if (shown.length > limits.maxMailboxes) note("header-too-long", start);
    return shown.length <= limits.maxMailboxes;
  };
  for (const part of list.names) {
    const display = readDisplay(part.text, limits.maxMailboxes);
    if (display.unknownCharset) note("name-undecodable", part.start, "unknownCharset");
    if (display.brokenEncodedWord) note("name-undecodable", part.start, "brokenEncodedWord");
    if (!show(display, part.start)) break;
  }
  // To the grammar `(` within an encoded-word begins a comment; to readers who decode first it is text of the word.
  if (text.includes("=?") && text.includes("(")) show(readDisplay(text, limits.maxMailboxes), 0);
  return { name, field, mailboxes: list.mailboxes, shown, anomalies: anomalies.list, offsetOf };
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
