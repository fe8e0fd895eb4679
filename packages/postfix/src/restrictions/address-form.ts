import { toALabels } from "../address/a-labels.js";
import { isAscii, isMailHostName } from "../address/mail-host.js";

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

/** Whether a name is a host's and has at least two labels; one outside of ASCII only where the command has SMTPUTF8. */
export function isQualified(name: string, { smtputf8 }: { readonly smtputf8: boolean }): boolean {
  return isMailHostName(name, { utf8: smtputf8 }) && name.includes(".");
}

/** The name under which DNS is asked: A-labels in small letters. Undefined for what is no host name, which DNS is not asked for. */
export function dnsName(name: string): string | undefined {
  if (!isAscii(name)) return toALabels(name);
  return isMailHostName(name, { utf8: false }) ? name.toLowerCase() : undefined;
}
