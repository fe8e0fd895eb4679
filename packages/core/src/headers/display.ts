import type { Address } from "../address/address.js";
import { type Domain, parseDomain } from "../domain/domain.js";
import { decodeText } from "./encoded-word.js";
import { isPlainName } from "./plain-name.js";

/** An address that a name or comment shows, in the forms in which it can be read: it is own where one of them is. */
export type ShownAddress = readonly [Address, ...Address[]];

/** What a name or comment shows to the reader. */
export interface Display {
  readonly addresses: readonly ShownAddress[];
  readonly control: boolean;
  readonly bidi: boolean;
  readonly unknownCharset: boolean;
  readonly brokenEncodedWord: boolean;
}

const PLAIN: Display = {
  addresses: [],
  control: false,
  bidi: false,
  unknownCharset: false,
  brokenEncodedWord: false,
};
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]/;
const BIDI = /[\u202d\u202e]/;

/**
 * Reads a name or comment (unquoted, not decoded) as a reader would show it: encoded-words decoded, compatibility forms
 * (NFKC) of addresses seen, at most `maxAddresses` and one of them.
 *
 * An address is one character or more other than blanks and specials, an at sign, and a domain of two labels or more.
 */
export function readDisplay(text: string, maxAddresses: number): Display {
  return isPlainName(text) ? PLAIN : readClosely(text, maxAddresses);
}

/** {@link readDisplay}, be the text as plain as it may. */
export function readClosely(text: string, maxAddresses: number): Display {
  const { texts, rareTexts, unknownCharset, broken } = decodeText(text);
  // Words that come out of words: some readers decode twice.
  const twice = texts.flatMap((shown) => (shown !== text && shown.includes("=?") ? decodeText(shown).texts : []));
  const decodedFirst = texts.filter((shown) => shown !== text).flatMap(structureReadings);
  return {
    addresses: [...texts, ...rareTexts, ...twice, ...decodedFirst]
      .flatMap((shown) => addressesIn(shown, maxAddresses))
      .slice(0, maxAddresses + 1),
    control: texts.some((shown) => CONTROL.test(shown)),
    bidi: texts.some((shown) => BIDI.test(shown)),
    unknownCharset,
    brokenEncodedWord: broken,
  };
}

/** What is shown to those who decode before they parse, and then find a mailbox: without comments, and without blanks beside its sign. */
function structureReadings(shown: string): readonly string[] {
  if (!shown.includes("@")) return [];
  return [
    ...(shown.includes("(") ? [shown.replace(/\([^()]*\)/g, "")] : []),
    ...(isStructure(shown) ? [closeUpSigns(shown)] : []),
  ];
}

/** Whether an address may end there: at a comma, or where a quote was opened before it and is not closed. */
function isStructure(shown: string): boolean {
  return shown.split('"').length % 2 === 0 || /@[ \t]*[^\s@,;]+[,;]/.test(shown);
}

function closeUpSigns(shown: string): string {
  return shown
    .split("@")
    .map((part) => part.trim())
    .join("@");
}

function addressesIn(shown: string, max: number): readonly ShownAddress[] {
  if (!AT_SIGN.test(shown)) return [];
  const text = closeUp(shown);
  const compatible = text.normalize("NFKC");
  const found = findAddresses(compatible, max);
  if (compatible === text) return [...found.values()];
  const raw = findAddresses(text, max);
  return Array.from(found, ([ordinal, forms]) => [...forms, ...(raw.get(ordinal) ?? [])]);
}

/** Everything that NFKC makes an at sign of. */
const AT_SIGN = /[@\uff20\ufe6b]/u;
const THIN_BLANKS = /[\u2006\u2008-\u200a\u202f\u205f]+/gu;
const JOINT = /[@\uff20\ufe6b.\u2024\u3002\uff0e\uff61\ufe52]/u;

/**
 * Without what the eye passes over in an address: thin blanks beside an at sign or dot, an at sign said twice, and U+FEFF, which
 * has no width but is a blank to regular expressions. An ellipsis before the sign is a character, though NFKC makes dots of it.
 */
function closeUp(text: string): string {
  return text
    .replace(/\ufeff/g, "")
    .replace(/[\u2025\u2026](?=@)/g, "\ufffd")
    .replace(THIN_BLANKS, (run, at: number) =>
      JOINT.test(text.charAt(at - 1)) || JOINT.test(text.charAt(at + run.length)) ? "" : run,
    )
    .replace(/@{2,}/g, "@");
}

const BLANK_OR_SPECIAL = /[\s()<>[\]:;@\\,"]/;
/** What a label is written with for certain, or may be: to readers with another table U+FFFD is a letter. */
const PLAIN_LABEL = /^[\p{L}\p{N}\p{M}\p{Cf}_\ufffd-]*/u;
/** What every reader takes for the end of a domain. */
const LABEL_END = /[\s\x00-\x2c\x2f\x3a-\x40[-^`{-\x7f\p{Pi}\p{Pf}\p{Ps}\p{Pe}]/u;
/** The longest domain that is read, in characters. */
const MAX_DOMAIN = 300;
const DOTS = /[.\u3002\uff0e\uff61]/u;

/** Addresses by the ordinal of their at sign. NFKC makes one of each at sign of any width, and of nothing else. */
function findAddresses(text: string, max: number): Map<number, ShownAddress> {
  const found = new Map<number, ShownAddress>();
  let ordinal = 0;
  for (const { 0: sign, index: at } of text.matchAll(/[@\uff20\ufe6b]/gu)) {
    if (found.size > max) break;
    ordinal++;
    if (sign !== "@") continue;
    const labels = labelsBehind(text, at + 1);
    if (labels === undefined) continue;
    const local = localBefore(text, at);
    if (local === undefined) continue;
    const locals = new Set([local, local.replace(/^[^\p{L}\p{N}\ufffd]+/u, "") || local]);
    const domains = domainForms(labels);
    const forms = [...locals].flatMap((localPart) => domains.map((form) => ({ localPart, domain: form })));
    found.set(ordinal, forms as unknown as ShownAddress);
  }
  return found;
}

/**
 * A domain as it stands, without what is stuck to its last label, and without invisible characters. One too long to be
 * a name is nobody's, whatever reading drops.
 */
function domainForms(labels: readonly string[]): readonly Domain[] {
  const domain = labels.join(".");
  if (domain.length > MAX_DOMAIN) return [{ kind: "invalid", ascii: domain, text: domain }];
  const last = PLAIN_LABEL.exec(labels.at(-1) ?? "")?.[0] ?? "";
  const bare = [...labels.slice(0, -1), last].join(".");
  return Array.from(new Set([domain, bare, bare.replace(/\p{Cf}/gu, "")]), (form) => parseDomain(form));
}

/** What stands before an at sign back to a blank or special; a quoted string whole. */
function localBefore(text: string, at: number): string | undefined {
  if (text[at - 1] === '"') {
    const open = text.lastIndexOf('"', at - 2);
    return open < 0 || open >= at - 2 ? undefined : text.slice(open + 1, at - 1);
  }
  let from = at;
  while (from > 0 && !BLANK_OR_SPECIAL.test(text[from - 1]!)) from--;
  const local = text.slice(from, at);
  return /[^.]/.test(local) ? local : undefined;
}

/** The labels of the domain that begins at `from`; undefined where there are less than two. */
function labelsBehind(text: string, from: number): readonly string[] | undefined {
  const labels: string[] = [];
  let label = "";
  for (const char of text.slice(from, from + 2 * MAX_DOMAIN)) {
    if (DOTS.test(char)) {
      if (label === "") break;
      labels.push(label);
      label = "";
    } else if (LABEL_END.test(char)) break;
    else label += char;
  }
  if (label !== "") labels.push(label);
  return labels.length < 2 ? undefined : labels;
}
