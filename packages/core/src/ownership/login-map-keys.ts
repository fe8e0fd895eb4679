import { type Address, formatLocalPart } from "../address/address.js";
import { fold, lowerAscii } from "../address/fold.js";
import { parseDomain } from "../domain/domain.js";

/** How Postfix folds a local part and finds its extension. */
export interface ExtensionOptions {
  /** Postfix's `recipient_delimiter`: a set of characters, the first of which in a local part starts its extension. Default empty. */
  readonly recipientDelimiter?: string;
  /** Postfix's `owner_request_special`: with `-` as a delimiter, `owner-list` and `list-request` have no extension. Default true. */
  readonly ownerRequestSpecial?: boolean;
  /** Postfix's `double_bounce_sender`, a local part that has no extension. Default `double-bounce`. */
  readonly doubleBounceSender?: string;
  /** Postfix's `smtputf8_enable`: keys are folded by Unicode; else only A to Z are. Default true. */
  readonly utf8?: boolean;
}

/** How Postfix takes an address apart to look it up. */
export interface LoginMapKeyOptions extends ExtensionOptions {
  /** Domains (and `[address]` literals) whose users are also looked up without a domain: `mydestination` and `myorigin`. Default none. */
  readonly localDomains?: readonly string[];
}

/** One step of a search: every table is asked for it before the next step. */
export interface KeyStep {
  /** Keys in the order in which they are asked: quoted form first where quotes are needed. */
  readonly keys: readonly string[];
  /** Whether pattern tables are asked too: only for the whole address. */
  readonly whole: boolean;
}

/**
 * The keys under which Postfix looks an address up in login maps and canonical maps, in order: `user+ext@domain`, then
 * `user@domain`, then `user+ext` and `user` where the domain is local, then `@domain`.
 *
 * `domain` is the folded text to use, without a trailing dot. Keys are folded.
 *
 * @see Postfix mail_addr_find(3), split_addr(3)
 */
export function loginMapKeys(localPart: string, domain: string, options: LoginMapKeyOptions = {}): readonly KeyStep[] {
  const { localDomains = [] } = options;
  const foldCase = foldingOf(options);
  const full = foldCase(localPart);
  const base = splitExtension(full, options);
  const steps: KeyStep[] = [wholeStep(full, domain)];
  if (base !== undefined) steps.push({ keys: forms(base, `@${domain}`), whole: false });
  if (localDomains.some((local) => foldCase(local) === domain)) {
    if (full !== "") steps.push({ keys: forms(full, ""), whole: false });
    if (base !== undefined) steps.push({ keys: forms(base, ""), whole: false });
  }
  steps.push({ keys: [`@${domain}`], whole: false });
  return steps;
}

/** The first of {@link loginMapKeys}, and the only one for which pattern tables are asked. */
export function wholeAddressKeys(
  localPart: string,
  domain: string,
  options: LoginMapKeyOptions = {},
): readonly KeyStep[] {
  return [wholeStep(foldingOf(options)(localPart), domain)];
}

function wholeStep(folded: string, domain: string): KeyStep {
  return { keys: forms(folded, `@${domain}`), whole: true };
}

/** How {@link accessMapKeys} takes an address apart. */
export interface AccessMapKeyOptions extends ExtensionOptions {
  /** Whether a parent domain is asked for as `.parent`, as where `parent_domain_matches_subdomains` lacks `smtpd_access_maps`. */
  readonly dottedParents: boolean;
}

/**
 * The keys under which Postfix looks an address up in access maps, in order: `user+ext@domain`, `user@domain`, the domain and
 * its parents, `user+ext@`, `user@`. Keys are folded; empty ones are left out.
 *
 * @see access(5) "EMAIL ADDRESS PATTERNS", Postfix mail_addr_find(3)
 */
export function accessMapKeys(localPart: string, domain: string, options: AccessMapKeyOptions): readonly KeyStep[] {
  const full = foldingOf(options)(localPart);
  const base = splitExtension(full, options);
  const users = base === undefined ? [full] : [full, base];
  const parts = (keys: readonly string[]): KeyStep => ({ keys, whole: false });
  return [
    ...users.map((user, index): KeyStep => ({ keys: forms(user, `@${domain}`), whole: index === 0 })),
    ...domainAndParents(domain, options.dottedParents).map((name) => parts([name])),
    ...users.map((user) => parts(forms(user, "@"))),
  ];
}

/** `a.b.c`, then `b.c` and `c`, or `.b.c` and `.c`. Empty names are left out. */
export function domainAndParents(domain: string, dotted: boolean): readonly string[] {
  const names: string[] = [];
  for (let name = domain; name !== ""; ) {
    names.push(name);
    const dot = name.indexOf(".", 1);
    if (dot < 0) break;
    name = name.slice(dotted ? dot : dot + 1);
  }
  return names;
}

/** Quoted form first, then the internal form where they differ. */
function forms(localPart: string, rest: string): readonly string[] {
  const quoted = formatLocalPart(localPart);
  return quoted === localPart ? [localPart + rest] : [quoted + rest, localPart + rest];
}

const NEVER_SPLIT = new Set(["postmaster", "mailer-daemon"]);

function foldingOf({ utf8 = true }: ExtensionOptions): (text: string) => string {
  return utf8 ? fold : lowerAscii;
}

/**
 * A local part without its extension; undefined where it has none. Some names are never split, in any case of their letters.
 *
 * @see Postfix split_addr(3)
 */
export function splitExtension(localPart: string, options: ExtensionOptions): string | undefined {
  const {
    recipientDelimiter: delimiters = "",
    ownerRequestSpecial = true,
    doubleBounceSender = "double-bounce",
  } = options;
  if (delimiters === "") return undefined;
  const foldCase = foldingOf(options);
  const lower = lowerAscii(localPart);
  if (NEVER_SPLIT.has(lower) || foldCase(localPart) === foldCase(doubleBounceSender)) return undefined;
  // The addresses of a mailing list's keeper are no subaddresses.
  if (ownerRequestSpecial && delimiters.includes("-") && /^owner-|.-request$/s.test(lower)) return undefined;
  const at = Array.from(localPart).findIndex((char) => delimiters.includes(char));
  return at > 0 ? Array.from(localPart).slice(0, at).join("") : undefined;
}

/**
 * The domains under which an address is looked up: its `postfix` form (folded, no trailing dot, U-labels kept) and, where
 * some readers take that for another domain than the `idna` form, that form too. Empty for an address without a valid domain.
 */
export function lookupDomains({ domain }: Address): readonly string[] {
  if (domain.kind !== "name" && domain.kind !== "literal") return [];
  // Lower-case A-labels fold to themselves.
  if (domain.text === domain.ascii) return [domain.ascii];
  const folded = fold(domain.text.endsWith(".") ? domain.text.slice(0, -1) : domain.text);
  if (folded === domain.ascii) return [folded];
  const read = parseDomain(folded);
  const plain = read.kind === "name" && !read.altered && read.ascii === domain.ascii;
  return plain ? [folded] : [folded, domain.ascii];
}
