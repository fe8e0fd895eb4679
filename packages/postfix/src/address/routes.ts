import {
  accessMapKeys,
  addressFromInternal,
  andThen,
  fold,
  type Hit,
  type KeyStep,
  loginMapKeys,
  lowerAscii,
  searchTables,
  type Table,
} from "@fromguard/core";
import type { Membership } from "../lists/match-list.js";
import type { MainCf } from "../main-cf/main-cf.js";
import type { Settings } from "../smtpd/settings.js";
import type { AddressClass } from "./address-resolver.js";
import { extensionOptions } from "./extension-options.js";
import { domainOf, externalForm } from "./quoting.js";
import type { Unknown } from "./strip-local-domains.js";
import { overriddenRoute, type Route, routeOf } from "./transport.js";

/** Finds how mail to an address goes on; `sender` is empty for the null sender. */
export type RouteFor = (
  address: string,
  addressClass: AddressClass,
  sender: string,
) => Route | Unknown | Promise<Route | Unknown>;

type Answer = string | undefined | Unknown;

/**
 * Main.cf's transports and relay hosts, over them `transport_maps`, over them `relocated_maps`.
 *
 * @see Postfix trivial-rewrite(8), transport(5), relocated(5)
 */
export function routes(settings: Settings, isLocal: (domain: string) => Membership | Promise<Membership>): RouteFor {
  const { config } = settings;
  const transportOf = mainTransports(config);
  const transportMaps = settings.tables("transport_maps");
  const relocatedMaps = settings.tables("relocated_maps");
  const relayhostMaps = settings.tables("sender_dependent_relayhost_maps");
  const defaultTransportMaps = settings.tables("sender_dependent_default_transport_maps");
  const extension = extensionOptions(config);
  const foldCase = extension.utf8 ? fold : lowerAscii;
  const dottedParents = !config.list("parent_domain_matches_subdomains").includes("transport_maps");
  const myOrigin = config.get("myorigin");
  const relayhost = config.get("relayhost");

  /** The whole address, the address without its extension, the user where the domain is local, the domain. */
  const find = (tables: readonly Table[], address: string): Answer | Promise<Answer> => {
    if (tables.length === 0) return undefined;
    const { localPart } = addressFromInternal(address);
    const domain = domainOf(address);
    return andThen<Membership, Answer>(isLocal(domain), (membership) => {
      if (membership.kind === "unknown") return membership;
      const localDomains = [myOrigin, ...(membership.kind === "listed" ? [domain] : [])];
      const steps = loginMapKeys(localPart, foldCase(domain), { ...extension, localDomains });
      return andThen(searchTables(tables, asWritten(address, steps)), answerOf);
    });
  };

  const findTransport = (address: string): Answer | Promise<Answer> => {
    if (transportMaps.length === 0) return undefined;
    const { localPart } = addressFromInternal(address);
    const steps = accessMapKeys(localPart, domainOf(address), { ...extension, dottedParents });
    const withDomain = steps.filter(({ keys }) => !keys.some((key) => key.endsWith("@")));
    const wildcard: KeyStep = { keys: ["*"], whole: true };
    return andThen(searchTables(transportMaps, [...asWritten(address, withDomain), wildcard]), answerOf);
  };

  /** An answer of a table that depends on the sender; `DUNNO` is none. */
  const findForSender = (tables: readonly Table[], sender: string, nullKey: string): Answer | Promise<Answer> =>
    andThen(find(tables, sender === "" ? config.get(nullKey) : sender), (answer) =>
      typeof answer === "string" && answer.toUpperCase() === "DUNNO" ? undefined : answer,
    );

  const mainRoute = (
    domain: string,
    addressClass: AddressClass,
    sender: string,
  ): Route | Unknown | Promise<Route | Unknown> => {
    if (addressClass !== "default" && addressClass !== "relay") return routeOf(transportOf[addressClass], domain);
    const defaults = addressClass === "default" ? defaultTransportMaps : [];
    return andThen(findForSender(defaults, sender, "empty_address_default_transport_maps_lookup_key"), (transport) => {
      if (isUnknown(transport)) return transport;
      return andThen(findForSender(relayhostMaps, sender, "empty_address_relayhost_maps_lookup_key"), (relay) => {
        if (isUnknown(relay)) return relay;
        return routeOf(transport ?? transportOf[addressClass], relay || relayhost || domain);
      });
    });
  };

  const overridden = (
    route: Route,
    address: string,
    addressClass: AddressClass,
  ): Route | Unknown | Promise<Route | Unknown> => {
    if (route.transport === "") return { cause: "a null transport is not allowed" };
    if (addressClass === "virtual-alias") return route;
    return andThen(findTransport(address), (result) => {
      if (result === undefined) return route;
      return isUnknown(result) ? result : overriddenRoute(route, result, domainOf(address));
    });
  };

  return (address, addressClass, sender) =>
    andThen(mainRoute(domainOf(address), addressClass, sender), (main) => {
      if (isUnknown(main)) return main;
      return andThen(overridden(main, address, addressClass), (route) => {
        if (isUnknown(route) || relocatedMaps.length === 0) return route;
        return andThen(find(relocatedMaps, address), (moved) => {
          if (moved === undefined) return route;
          return isUnknown(moved) ? moved : { transport: "error", nexthop: `5.1.6 User has moved to ${moved}` };
        });
      });
    });
}

/** Whether tables that depend on the sender are set. */
export function dependsOnSender(settings: Settings): boolean {
  return (
    settings.tables("sender_dependent_relayhost_maps").length > 0 ||
    settings.tables("sender_dependent_default_transport_maps").length > 0
  );
}

function mainTransports(config: MainCf): Readonly<Record<AddressClass, string>> {
  const table = config.bool("show_user_unknown_table_name") ? " in virtual alias table" : "";
  return {
    local: config.get("local_transport"),
    "virtual-alias": `error:5.1.1 User unknown${table}`,
    "virtual-mailbox": config.get("virtual_transport"),
    relay: config.get("relay_transport"),
    default: config.get("default_transport"),
  };
}

function isUnknown(found: string | undefined | Route | Unknown): found is Unknown {
  return typeof found === "object" && "cause" in found;
}

/** The whole address is asked for in the case in which it came: pattern tables see it. */
function asWritten(address: string, [, ...parts]: readonly KeyStep[]): readonly KeyStep[] {
  const quoted = externalForm(address);
  const whole: KeyStep = { keys: quoted === address ? [address] : [quoted, address], whole: true };
  return address.includes("@") ? [whole, ...parts] : [whole];
}

/** An empty result is no answer, as everywhere in Postfix. */
function answerOf(hit: Hit | undefined): Answer {
  if (hit === undefined) return undefined;
  const { lookup, table } = hit;
  if (lookup.kind === "error") return { cause: `${table.name}: ${lookup.cause}` };
  return lookup.value === "" ? { cause: `${table.name}: empty result` } : lookup.value;
}
