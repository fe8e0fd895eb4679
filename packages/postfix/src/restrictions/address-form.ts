import { isHostName, parseDomain } from "@fromguard/core";

const ASCII = /^[\x00-\x7f]*$/;
/** Such a dot at the end survives the conversion to A-labels as an empty label. */
const FINAL_DOT = /[.\u3002\uff0e\uff61]$/u;

/** The domain of an address in internal form: what stands behind the last at sign; undefined where there is none. */
export function domainOf(address: string): string | undefined {
  const at = address.lastIndexOf("@");
  return at < 0 ? undefined : address.slice(at + 1);
}

/** Whether a domain is in brackets, whatever they hold. */
export function isBracketed(domain: string): boolean {
  return domain.startsWith("[") && domain.endsWith("]");
}

/** A name without its trailing dot; one that ends in two dots keeps both. */
export function withoutFinalDot(name: string): string {
  return name.length > 1 && name.endsWith(".") && !name.endsWith("..") ? name.slice(0, -1) : name;
}

/**
 * The A-label form of a name, undefined where it has none. ASCII stays as it is, whatever it holds.
 *
 * @see Postfix midna_domain(3)
 */
export function toAscii(name: string): string | undefined {
  if (ASCII.test(name)) return name;
  if (FINAL_DOT.test(name)) return undefined;
  const domain = parseDomain(name);
  return domain.kind === "name" ? domain.ascii : undefined;
}

/**
 * Whether a name is fully qualified and could be a host's. A name outside of ASCII is only where the command has SMTPUTF8.
 *
 * @see Postfix valid_utf8_hostname
 */
export function isQualified(name: string, options: { readonly smtputf8: boolean }): boolean {
  const ascii = options.smtputf8 ? toAscii(name) : name;
  return ascii !== undefined && isHostName(ascii) && name.includes(".");
}
