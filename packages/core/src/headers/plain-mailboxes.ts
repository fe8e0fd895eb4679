import { parseDomain } from "../domain/domain.js";
import type { Mailbox, MailboxList } from "./mailbox-list.js";
import { DOT, isBlank } from "./octets.js";
import { isAtomUnit, type PlacedText } from "./tokens.js";

/**
 * Reads what nearly every value is, without taking it apart into tokens: mailboxes with commas between, each `a@b.example`, with
 * or without angles, and before them a name of atoms and dots with single spaces between, or one quoted string without escapes.
 *
 * Undefined for everything else, for whatever has a fault, and for more than `max` mailboxes: the grammar reads that.
 */
export function readPlainMailboxes(text: string, max: number): MailboxList | undefined {
  const mailboxes: Mailbox[] = [];
  const names: PlacedText[] = [];
  let from = 0;
  for (;;) {
    const end = endOfItem(text, from);
    if (mailboxes.length >= max || !readItem(text.slice(from, end), from, mailboxes, names)) return undefined;
    if (end === text.length) return { mailboxes, names, faults: [] };
    from = end + 1;
  }
}

/** The comma behind an item, outside the quoted string that may begin it; the end where there is none. */
function endOfItem(text: string, from: number): number {
  const start = pastBlanks(text, from);
  const quoted = text[start] === '"' ? text.indexOf('"', start + 1) : start;
  const comma = quoted < 0 ? -1 : text.indexOf(",", quoted);
  return comma < 0 ? text.length : comma;
}

/** Adds the mailbox of an item that begins at `from`, and its name where it has one; false where it is not plain. */
function readItem(item: string, from: number, mailboxes: Mailbox[], names: PlacedText[]): boolean {
  const open = item.indexOf("<");
  const start = open < 0 ? pastBlanks(item, 0) : open + 1;
  const sign = endOfDotAtom(item, start);
  if (item[sign] !== "@") return false;
  const end = endOfDotAtom(item, sign + 1);
  if (open >= 0 && item[end] !== ">") return false;
  if (pastBlanks(item, open < 0 ? end : end + 1) < item.length) return false;
  const localPart = item.slice(start, sign);
  const domain = parseDomain(item.slice(sign + 1, end));
  if (domain.kind !== "name" || domain.altered || localPart.includes("=?")) return false;
  mailboxes.push({ address: { localPart, domain }, start: from + start });
  return open < 0 || readName(item, open, from, names);
}

/** Adds the name before an angle, unless it is empty; false where it is not plain. */
function readName(item: string, open: number, from: number, names: PlacedText[]): boolean {
  const start = pastBlanks(item, 0);
  let end = open;
  while (end > start && isBlank(item.charCodeAt(end - 1))) end--;
  if (end <= start) return true;
  const written = item.slice(start, end);
  const text = isWords(written) ? written : QUOTED.exec(written)?.[1];
  if (text === undefined || text !== text.trim()) return false;
  if (text !== "") names.push({ text, start: from + start });
  return true;
}

const QUOTED = /^"([^"\\]*)"$/;

/** Whether a name is atoms and dots with single spaces between, and begins with an atom. */
function isWords(name: string): boolean {
  let isFirst = true;
  for (let at = 0; at < name.length; at++) {
    const unit = name.charCodeAt(at);
    if (unit === SPACE) {
      if (isBlank(name.charCodeAt(at + 1))) return false;
    } else if (!isAtomUnit(unit) && (unit !== DOT || isFirst)) return false;
    isFirst = false;
  }
  return true;
}

const SPACE = 0x20;

/** Where atoms with a dot between each two end that begin at `from`; negative where there are none. */
function endOfDotAtom(text: string, from: number): number {
  let at = from;
  for (;;) {
    const start = at;
    while (at < text.length && isAtomUnit(text.charCodeAt(at))) at++;
    if (at === start) return -1;
    if (text.charCodeAt(at) !== DOT) return at;
    at++;
  }
}

function pastBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}
