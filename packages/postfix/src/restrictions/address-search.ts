import { andThen, fold, type Hit, loginMapKeys, lowerAscii, searchTables, type Table } from "@fromguard/core";
import type { ResolvedAddress } from "../address/address-resolver.js";
import { extensionOptions } from "../address/extension-options.js";
import { type CheckContext, lookupFailed, otherAddress, type Result, serverError } from "../smtpd/check-context.js";

/** A table that answered with text. */
export interface Found {
  readonly table: Table;
  readonly key: string;
  readonly lookup: Extract<Hit["lookup"], { readonly kind: "found" }>;
}

type Answer = Result | Promise<Result>;

/**
 * Resolves an address for a restriction. Where a table could not answer, the evaluation ends with 451 4.3.0.
 *
 * An address that does not resolve was refused at its own command; here it is not let through either.
 *
 * @param address in internal form, not empty
 */
export function resolved(context: CheckContext, address: string, next: (resolved: ResolvedAddress) => Answer): Answer {
  return andThen(context.addresses.resolve(address, otherAddress(context.mail, address)), (resolution) => {
    if (resolution.kind === "resolved") return next(resolution);
    const detail = resolution.kind === "unknown" ? resolution.cause : "the address does not resolve";
    return lookupFailed(context, address, { address, detail });
  });
}

/**
 * Searches the tables of a parameter for a resolved address, by the keys of login and canonical maps.
 *
 * An error ends the evaluation: 451 4.3.0 where a table could not be asked or did not open, 451 4.3.5 where its answer is
 * none (an empty value, or one that is not UTF-8).
 *
 * @param replyName the address as replies show it
 * @see Postfix mail_addr_find(3), maps_find(3)
 */
export function searched(
  context: CheckContext,
  options: { readonly tables: readonly Table[]; readonly parameter: string; readonly replyName: string },
  address: ResolvedAddress,
  next: (found: Found | undefined) => Answer,
): Answer {
  const { tables, parameter, replyName } = options;
  if (tables.length === 0) return next(undefined);
  return andThen(searchTables(tables, keysOf(context, address), context), (hit) => {
    if (hit === undefined) return next(undefined);
    const { table, key, lookup } = hit;
    const evidence = () => ({ ...lookup.evidence(), source: table.name, key, address: address.address });
    if (lookup.kind === "error") {
      context.warn(`${table.name} lookup error for "${key}"`);
      const failed = { ...evidence(), detail: lookup.cause };
      return CONFIGURATION_ERRORS.has(lookup.code)
        ? serverError(context, failed)
        : lookupFailed(context, replyName, failed);
    }
    if (lookup.value === "") {
      context.warn(`${parameter} lookup of ${key} returns an empty string result`);
      context.warn(`${parameter} should return NO RESULT in case of NOT FOUND`);
      return serverError(context, { ...evidence(), detail: "the result is empty" });
    }
    return next({ table, key, lookup });
  });
}

/** Codes of table errors that Postfix takes for a configuration error; a table that did not open might yet. @see dict_surrogate.c */
const CONFIGURATION_ERRORS: ReadonlySet<string> = new Set(["result-not-utf8"]);

function keysOf({ settings: { config } }: CheckContext, { address, addressClass }: ResolvedAddress) {
  const at = address.lastIndexOf("@");
  if (at < 0) return [{ keys: [address], whole: true }];
  const domain = address.slice(at + 1);
  // mydestination and the interfaces' literals: what resolves to the local class.
  const extension = extensionOptions(config);
  const foldCase = extension.utf8 ? fold : lowerAscii;
  const isLocal = addressClass === "local" || foldCase(config.get("myorigin")) === domain;
  return loginMapKeys(address.slice(0, at), domain, {
    ...extension,
    localDomains: isLocal ? [domain] : [],
  });
}
