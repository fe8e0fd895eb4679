import { domainToASCII } from "node:url";
import type { Shown } from "./message.js";

/** From the beginning of a run on: a later one would be tried again and again. */
const IN_TEXT = /(?<![^\s<>()[\]:;@\\,"])[^\s<>()[\]:;@\\,"]+@[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+/gu;

/** What NFKC makes a special of: it is none to a parser, but to the eye it ends whatever stands before it. */
const WIDE_SPECIAL = /[（）＜＞［］：；，＼﹙﹚﹤﹥﹔﹐﹕]@/u;

/** Everything shown that is no own address as it stands: addresses, and those that a name or comment shows. `owned` is {@link canonical}. */
export function foreignIn({ addresses, names }: Shown, owned: ReadonlySet<string>): readonly string[] {
  const isForeign = (address: string) => !owned.has(canonical(address));
  return [
    ...addresses.filter((address) => address.includes("@") && !WIDE_SPECIAL.test(address) && isForeign(address)),
    ...names
      .flatMap((name) => addressesIn(name.normalize("NFKC")))
      .flatMap((forms) => (forms.every(isForeign) ? forms.slice(0, 1) : [])),
  ];
}

/**
 * Whether what is shown for an address still tells an own one and no other: the own address between comments, rests of comments
 * or quotes. Comments are read as they stand, as nothing and as text.
 */
export function isGarbledOwn(shown: string, owned: ReadonlySet<string>): boolean {
  const bare = dropQuotes(shown);
  // Within quotes a parenthesis is text.
  const uncommented = shown.includes('"') ? bare : dropComments(bare);
  const readings = [bare, closeUp(uncommented), bare.replace(/\(\s*@/g, "@")];
  const all = readings.flatMap(addressesIn);
  return all.length > 0 && all.every((forms) => forms.some((address) => owned.has(canonical(address))));
}

/** Whether what is shown for an address is none: an address has a local part, and a domain of two labels or more. */
export function isNoAddress(shown: string): boolean {
  return addressesIn(closeUp(dropQuotes(shown))).length === 0;
}

/** The addresses that text shows, each as it stands and without what is no letter or digit before it. */
function addressesIn(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(IN_TEXT)]
    .filter(([address]) => !/^\.+@/.test(address))
    .map(([address]) => [address, address.replace(/^[^\p{L}\p{N}]+/u, "")]);
}

/** Without quotes and escapes: those that end a local part leave nothing, others a blank. */
function dropQuotes(text: string): string {
  return text.replace(/["\\]+(?=@)/g, "").replace(/["\\]/g, " ");
}

function closeUp(text: string): string {
  return text.replace(/\s*([@.])\s*/g, "$1");
}

function dropComments(text: string): string {
  const less = text.replace(/\([^()]*\)/g, "");
  return less === text ? text : dropComments(less);
}

/** A form in which equal addresses are equal: lower case, A-labels, no quotes that need not be, no blanks around the at sign and dots. */
export function canonical(address: string): string {
  const at = address.lastIndexOf("@");
  const local = address.slice(0, at).trim();
  const domain = address
    .slice(at + 1)
    .trim()
    .replace(/\s*\.\s*/g, ".");
  const bare = /^"(?:[^"\\]|\\.)*"$/s.test(local) ? local.slice(1, -1).replace(/\\(.)/gs, "$1") : local;
  const ascii = /^[\x21-\x7e]*$/.test(domain) ? domain : domainToASCII(domain) || domain;
  return `${bare.toLowerCase()}@${ascii.toLowerCase()}`;
}
