import { domainToASCII } from "node:url";
import type { Shown } from "./message.js";

const IN_NAME = /[^\s<>()[\]:;@\\,"]+@[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+/gu;

/** The first address among those shown that is none of `owned`; undefined where all are own. */
export function foreignIn({ addresses, names }: Shown, owned: ReadonlySet<string>): string | undefined {
  const stray = addresses.find((address) => address.includes("@") && !owned.has(canonical(address)));
  if (stray !== undefined) return stray;
  return names
    .flatMap((name) => [...name.normalize("NFKC").matchAll(IN_NAME)].map(([address]) => address))
    .find(
      (address) => !owned.has(canonical(address)) && !owned.has(canonical(address.replace(/^[^\p{L}\p{N}]+/u, ""))),
    );
}

/** A form in which equal addresses are equal: lower case, A-labels, no quotes that need not be, no blanks around the at sign. */
export function canonical(address: string): string {
  const at = address.lastIndexOf("@");
  const local = address.slice(0, at).trim();
  const domain = address.slice(at + 1).trim();
  const bare = /^"(?:[^"\\]|\\.)*"$/s.test(local) ? local.slice(1, -1).replace(/\\(.)/gs, "$1") : local;
  const ascii = /^[\x21-\x7e]*$/.test(domain) ? domain : domainToASCII(domain) || domain;
  return `${bare.toLowerCase()}@${ascii.toLowerCase()}`;
}
