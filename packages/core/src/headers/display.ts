import type { Address } from "../address/address.js";
import { parseDomain } from "../domain/domain.js";
import { decodeText } from "./encoded-word.js";

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
const REMARKABLE = /[^\x20-\x7e\t]|@|=\?/;
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]/;
const BIDI = /[\u202d\u202e]/;

/**
 * Reads a name or comment (unquoted, not decoded) as a reader would show it: encoded-words decoded, compatibility forms
 * (NFKC) of addresses seen, at most `maxAddresses` and one of them.
 *
 * An address is one character or more other than blanks and specials, an at sign, and a domain of two labels or more.
 */
export function readDisplay(text: string, maxAddresses: number): Display {
  if (!REMARKABLE.test(text)) return PLAIN;
  const { texts, rareTexts, unknownCharset, broken } = decodeText(text);
  return {
    addresses: [...texts, ...rareTexts].flatMap((shown) => addressesIn(shown, maxAddresses)).slice(0, maxAddresses + 1),
    control: texts.some((shown) => CONTROL.test(shown)),
    bidi: texts.some((shown) => BIDI.test(shown)),
    unknownCharset,
    brokenEncodedWord: broken,
  };
}

function addressesIn(text: string, max: number): readonly ShownAddress[] {
  const found = findAddresses(text.normalize("NFKC"), max);
  const raw = findAddresses(text, max);
  if (raw.length !== found.length) return found;
  return found.map((forms, index) => [...forms, ...raw[index]!]);
}

const BLANK_OR_SPECIAL = /[\s()<>[\]:;@\\,"]/;
const LABEL = /[\p{L}\p{N}\p{M}\p{Cf}_-]/u;
const DOTS = /[.\u3002\uff0e\uff61]/u;

function findAddresses(text: string, max: number): ShownAddress[] {
  const found: ShownAddress[] = [];
  for (let at = text.indexOf("@"); at >= 0 && found.length <= max; at = text.indexOf("@", at + 1)) {
    const domain = domainBehind(text, at + 1);
    if (domain === undefined) continue;
    const local = localBefore(text, at);
    if (local === undefined) continue;
    const locals = new Set([local, local.replace(/^[^\p{L}\p{N}]+/u, "") || local]);
    const domains = new Set([domain, domain.replace(/\p{Cf}/gu, "")]);
    const forms = [...locals].flatMap((localPart) =>
      [...domains].map((name) => ({ localPart, domain: parseDomain(name) })),
    );
    found.push(forms as unknown as ShownAddress);
  }
  return found;
}

/** What stands before an at sign back to a blank or special; a quoted string whole. */
function localBefore(text: string, at: number): string | undefined {
  if (text[at - 1] === '"') {
    const open = text.lastIndexOf('"', at - 2);
    return open < 0 || open === at - 2 ? undefined : text.slice(open + 1, at - 1);
  }
  let from = at;
  while (from > 0 && !BLANK_OR_SPECIAL.test(text[from - 1]!)) from--;
  const local = text.slice(from, at);
  return /[^.]/.test(local) ? local : undefined;
}

/** The domain that begins at `from`; undefined where it has no two labels, or is of digits alone. */
function domainBehind(text: string, from: number): string | undefined {
  const labels: string[] = [];
  let label = "";
  for (const char of restOf(text, from)) {
    if (LABEL.test(char)) label += char;
    else if (DOTS.test(char) && label !== "") {
      labels.push(label);
      label = "";
    } else break;
  }
  if (label !== "") labels.push(label);
  const domain = labels.join(".");
  return labels.length < 2 || /^[\d.]+$/.test(domain) ? undefined : domain;
}

/** The longest that is read as one domain. */
const MAX_DOMAIN = 1_000;

function restOf(text: string, from: number): string {
  return text.slice(from, from + MAX_DOMAIN);
}
