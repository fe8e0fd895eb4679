import { parseDomain } from "@fromguard/core";
import { getDomain } from "tldts";

/**
 * The domain under which a name was registered, by the Public Suffix List that `tldts` carries: `example.co.uk` for `mail.example.co.uk`.
 *
 * Gives lower-case A-labels. Undefined for a public suffix itself, an address literal, and what is no host name. The list's private section
 * counts: customers of one host (`a.github.io` and `b.github.io`) are strangers to each other, and to take its suffix for one
 * organisation would align them. A name under a top-level domain that is not listed counts as registered right below it. The list is as old as the installed
 * `tldts`: a suffix that is newer makes its customers one organisation until the package is updated.
 *
 * @see RFC 7489 section 3.2, https://publicsuffix.org
 */
export function organisationalDomain(domain: string): string | undefined {
  const { kind, ascii } = parseDomain(domain);
  if (kind !== "name") return undefined;
  return getDomain(ascii, { allowPrivateDomains: true, extractHostname: false }) ?? undefined;
}
