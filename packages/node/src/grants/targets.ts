import { type Address, type Domain, parseDomain, parsePath, printable, type Target } from "@fromguard/core";

/** What was read, or what is wrong with it in words. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: string };

/** An address in the form of SMTP: `user@example.com`, `"odd user"@example.com`. */
export function readAddress(text: string): Read<Address> {
  const path = parsePath(text);
  if (path.kind !== "mailbox" || text.startsWith("<") || path.mailbox.localPart === "") {
    return fault(`${shown(text)} is no address`);
  }
  const { domain } = path.mailbox;
  if (domain.kind !== "none") return andThen(checked(domain), () => path.mailbox);
  const looksLikeDomain = text.includes(".") && parseDomain(text).kind === "name";
  return fault(`${shown(text)} has no domain${looksLikeDomain ? `: write "@${printable(text)}" for all at it` : ""}`);
}

/** An address, `@example.com` for all at a domain, or `@*.example.com` for all at the domains below it. */
export function readTarget(text: string): Read<Target> {
  if (!text.startsWith("@")) return andThen(readAddress(text), (address) => ({ kind: "address", address }));
  const isTree = text.startsWith("@*.");
  return andThen(readDomain(text.slice(isTree ? 3 : 1)), (domain) => ({
    kind: isTree ? "subdomains" : "domain",
    domain,
  }));
}

/** A domain as A-labels in small letters. */
export function readDomain(text: string): Read<string> {
  return andThen(checked(parseDomain(text)), ({ ascii }) => ascii);
}

/** A part of a scope, in the form in which scopes are compared: `example.com`, `*.example.com`. */
export function readScopePart(text: string): Read<string> {
  const isTree = text.startsWith("*.");
  return andThen(readDomain(isTree ? text.slice(2) : text), (domain) => (isTree ? `*.${domain}` : domain));
}

function checked(domain: Domain): Read<Domain> {
  if (domain.kind !== "name" && domain.kind !== "literal") {
    const isPattern = domain.text.includes("*");
    const hint = isPattern ? ': a star stands only in front, as in "@*.example.com"' : "";
    return fault(`${shown(domain.text)} is no domain${hint}`);
  }
  if (domain.kind === "name" && domain.altered) return fault(`${shown(domain.text)} must be written ${domain.ascii}`);
  return { ok: true, value: domain };
}

function andThen<T, U>(read: Read<T>, next: (value: T) => U): Read<U> {
  return read.ok ? { ok: true, value: next(read.value) } : read;
}

function fault(what: string): { readonly ok: false; readonly fault: string } {
  return { ok: false, fault: what };
}

/** Text of the file for messages. */
export function shown(text: string): string {
  return JSON.stringify(printable(text, 120));
}
