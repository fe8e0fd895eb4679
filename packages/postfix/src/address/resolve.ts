import { andThen, fold, isUtf8, lowerAscii } from "@fromguard/core";
import type { Membership } from "../lists/match-list.js";
import type { Settings } from "../smtpd/settings.js";
import type { AddressClass, Resolution } from "./address-resolver.js";
import { addressOfLiteral, isHostAddress, isMailHostName } from "./mail-host.js";
import { domainOf } from "./quoting.js";
import type { RewriteOptions } from "./rewrite.js";
import { routes } from "./routes.js";
import { localDomainStripper, type Unknown } from "./strip-local-domains.js";

/** What resolving depends on, read once. */
export interface ResolveOptions {
  readonly settings: Settings;
  readonly rewriting: RewriteOptions;
  readonly isLocal: (domain: string) => Membership | Promise<Membership>;
}

const ERROR: Resolution = { kind: "error" };

/**
 * Finds out what a rewritten address in internal form is to this Postfix.
 *
 * @param sender the other address of the transaction, of which relay host and transport may depend; empty for the null sender
 * @see Postfix trivial-rewrite(8), ADDRESS_CLASS_README
 */
export function resolverOf(
  options: ResolveOptions,
): (internal: string, sender: string) => Resolution | Promise<Resolution> {
  const { settings, rewriting, isLocal } = options;
  const { config } = settings;
  const strip = localDomainStripper(config, rewriting, isLocal);
  const classOf = domainClasses(settings);
  const routeFor = routes(settings, isLocal);
  const utf8 = config.bool("smtputf8_enable");
  const numericDomains = config.bool("resolve_numeric_domain");
  const allowMinus = config.bool("allow_min_user");
  const foldAddress = utf8 ? fold : lowerAscii;

  const route = (text: string, addressClass: AddressClass, sender: string): Resolution | Promise<Resolution> => {
    const domain = domainOf(text);
    return andThen(routeFor(text, addressClass, sender), (found) => {
      if ("cause" in found) return { kind: "unknown", cause: found.cause };
      if (!allowMinus && text.startsWith("-")) return ERROR;
      return {
        kind: "resolved",
        address: foldAddress(text),
        addressClass,
        isFinal: addressClass !== "relay" && addressClass !== "default",
        isRouted: text.slice(text.search(/[@!%]/) + 1) !== domain,
        ...found,
      };
    });
  };

  const classify = (text: string, local: boolean, sender: string): Resolution | Promise<Resolution> =>
    local
      ? route(text, "local", sender)
      : andThen(classOf(domainOf(text)), (found) =>
          typeof found === "string" ? route(text, found, sender) : { kind: "unknown", cause: found.cause },
        );

  return (internal, sender) =>
    andThen(strip(internal), (stripped) => {
      if ("cause" in stripped) return { kind: "unknown", cause: stripped.cause };
      const { text, local } = stripped;
      const domain = domainOf(text);
      if (domain.startsWith("[")) return addressOfLiteral(domain) === undefined ? ERROR : classify(text, local, sender);
      if (utf8 && !isUtf8(text)) return ERROR;
      if (isMailHostName(domain, { utf8 })) return classify(text, local, sender);
      if (!numericDomains || !isHostAddress(domain)) return ERROR;
      const literal = `[${domain}]`;
      return andThen(isLocal(literal), (membership) =>
        membership.kind === "unknown"
          ? membership
          : classify(text.slice(0, -domain.length) + literal, local || membership.kind === "listed", sender),
      );
    });
}

/** The class of a domain that is not local. */
function domainClasses(
  settings: Settings,
): (domain: string) => AddressClass | Unknown | Promise<AddressClass | Unknown> {
  const classes = [
    ["virtual-alias", settings.domains("virtual_alias_domains")],
    ["virtual-mailbox", settings.domains("virtual_mailbox_domains")],
    ["relay", settings.domains("relay_domains")],
  ] as const;
  const from = (domain: string, index: number): AddressClass | Unknown | Promise<AddressClass | Unknown> => {
    const entry = classes[index];
    if (entry === undefined) return "default";
    return andThen<Membership, AddressClass | Unknown>(entry[1].has(domain), (membership) => {
      if (membership.kind === "unknown") return membership;
      return membership.kind === "listed" ? entry[0] : from(domain, index + 1);
    });
  };
  return (domain) => from(domain, 0);
}
