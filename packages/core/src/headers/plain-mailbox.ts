import { parseDomain } from "../domain/domain.js";
import type { MailboxList } from "./mailboxes.js";
import { DOT, isBlank } from "./octets.js";
import { isAtomUnit, type PlacedText } from "./tokens.js";

/**
 * Reads what nearly every value is, one mailbox and no more, without taking it apart into tokens: `a@b.example`, with or without
 * angles, and before them a name of atoms and dots with single spaces between, or one quoted string without escapes.
 *
 * Undefined for everything else, and for whatever has a fault: the grammar reads that.
 */
export function readPlainMailbox(text: string): MailboxList | undefined {
  const open = text.indexOf("<");
  const start = open < 0 ? pastBlanks(text, 0) : open + 1;
  const sign = endOfDotAtom(text, start);
  if (text[sign] !== "@") return undefined;
  const end = endOfDotAtom(text, sign + 1);
  if (open >= 0 && text[end] !== ">") return undefined;
  if (pastBlanks(text, open < 0 ? end : end + 1) < text.length) return undefined;
  const names = open < 0 ? [] : plainName(text, open);
  if (names === undefined) return undefined;
  const localPart = text.slice(start, sign);
  const domain = parseDomain(text.slice(sign + 1, end));
  if (domain.kind !== "name" || domain.altered || localPart.includes("=?")) return undefined;
  return { mailboxes: [{ address: { localPart, domain }, start }], names, faults: [] };
}

/** The name before an angle, none where it is empty; undefined where it is not plain. */
function plainName(text: string, open: number): readonly PlacedText[] | undefined {
  const start = pastBlanks(text, 0);
  let end = open;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  if (end <= start) return [];
  const name = text.slice(start, end);
  if (isWords(name)) return [{ text: name, start }];
  const quoted = QUOTED.exec(name)?.[1];
  if (quoted === undefined || quoted !== quoted.trim()) return undefined;
  return quoted === "" ? [] : [{ text: quoted, start }];
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
