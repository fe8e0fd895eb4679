import {
  accessMapKeys,
  addressFromInternal,
  andThen,
  fold,
  type Hit,
  type KeyStep,
  loginMapKeys,
  searchTables,
  type Table,
} from "@fromguard/core";
import type { Membership } from "../lists/match-list.js";
import type { Settings } from "../smtpd/settings.js";
import type { AddressClass, Resolution } from "./address-resolver.js";
import { addressOfLiteral, isHostAddress, isMailHostName, isUtf8 } from "./mail-host.js";
import { externalForm } from "./quoting.js";
import { append, lastIndexOf, type RewriteOptions, rewriteTokens, stripTrailingDot } from "./rewrite.js";
import { internalForm, operator, scanTokens, type Token } from "./tokens.js";
import { overriddenRoute, type Route, routeOf } from "./transport.js";

/** What resolving depends on, read once. */
export interface ResolveOptions extends RewriteOptions {
  readonly isLocal: (domain: string) => Membership | Promise<Membership>;
  readonly settings: Settings;
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
  const { settings, isLocal } = options;
  const { config } = settings;
  const strip = localDomainStripper(options);
  const classOf = domainClasses(settings);
  const routeFor = routes(settings);
  const utf8 = config.bool("smtputf8_enable");
  const numericDomains = config.bool("resolve_numeric_domain");
  const allowMinus = config.bool("allow_min_user");
  const foldAddress = utf8 ? fold : lowerAscii;

  const route = (text: string, addressClass: AddressClass, sender: string): Resolution | Promise<Resolution> => {
    const domain = domainOf(text);
    return andThen(routeFor(text, domain, addressClass, sender), (found) => {
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

function domainOf(text: string): string {
  return text.slice(text.lastIndexOf("@") + 1);
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}

/** An address with every local domain but the last taken away. */
interface Stripped {
  readonly text: string;
  /** Whether its domain is local. */
  readonly local: boolean;
}

interface Unknown {
  readonly cause: string;
}

function localDomainStripper(
  options: ResolveOptions,
): (internal: string) => Stripped | Unknown | Promise<Stripped | Unknown> {
  const { config } = options.settings;
  const nullDomains = config.bool("resolve_null_domain");
  const dequotes = config.bool("resolve_dequoted_address");
  const emptyAddress = scanTokens(config.get("empty_address_recipient"));
  const host: readonly Token[] = [operator("@"), ...scanTokens(config.get("myhostname"))];

  /** What may hide a domain in what is left of a local address, innermost last. */
  const opened = (tokens: Token[]): Token[] | undefined => {
    const { swapBangpath, percentHack } = options;
    if (
      lastIndexOf(tokens, "@") >= 0 ||
      (swapBangpath && lastIndexOf(tokens, "!") >= 0) ||
      (percentHack && lastIndexOf(tokens, "%") >= 0)
    )
      return tokens;
    const [word] = tokens;
    if (!dequotes || tokens.length !== 1 || word?.kind !== "quoted") return undefined;
    const text = dequoted(word.text, options);
    return text === undefined ? undefined : scanTokens(text);
  };

  const strip = (
    start: Token[],
    domain: readonly Token[],
    known?: Membership,
  ): Stripped | Unknown | Promise<Stripped | Unknown> => {
    let tokens = start;
    let saved = domain;
    for (let answer = known; ; answer = undefined) {
      if (answer === undefined) {
        if (lastIndexOf(tokens, "@") >= 0) stripTrailingDot(tokens);
        if (nullDomains && tokens.at(-1)?.kind === "@") tokens.pop();
      }
      const at = lastIndexOf(tokens, "@");
      if (at >= 0) {
        const behind = tokens.slice(at + 1);
        if (behind.length > 0) {
          const membership = answer ?? options.isLocal(internalForm(behind));
          if (membership instanceof Promise) {
            const [rest, kept] = [tokens, saved];
            return membership.then((late) => strip(rest, kept, late));
          }
          if (membership.kind === "unknown") return membership;
          if (membership.kind === "not-listed") return { text: internalForm(tokens), local: false };
        }
        saved = tokens.splice(at);
      }
      const inner = opened(tokens);
      if (inner !== undefined) {
        tokens = inner;
        rewriteTokens(tokens, options);
        continue;
      }
      const [word] = tokens;
      if (tokens.length === 0 || (tokens.length === 1 && word?.kind === "quoted" && word.text === "")) {
        tokens = [...emptyAddress];
        continue;
      }
      if (saved.length === 0) {
        append(tokens, host);
        continue;
      }
      append(tokens, saved);
      return { text: internalForm(tokens), local: true };
    }
  };
  return (internal) => strip(scanTokens(externalForm(internal)), []);
}

/**
 * What stands within a quoted local part that has an operator, in external form; undefined where it has none.
 *
 * @see postconf(5) resolve_dequoted_address
 */
function dequoted(text: string, { percentHack, swapBangpath }: RewriteOptions): string | undefined {
  if (text.includes("@")) return externalForm(text);
  const percent = percentHack ? text.lastIndexOf("%") : -1;
  if (percent >= 0) return externalForm(`${text.slice(0, percent)}@${text.slice(percent + 1)}`);
  return swapBangpath && text.includes("!") ? text : undefined;
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

type RouteFor = (
  text: string,
  domain: string,
  addressClass: AddressClass,
  sender: string,
) => Route | Unknown | Promise<Route | Unknown>;

/** Main.cf's transports, over them `transport_maps`, over them `relocated_maps`. */
function routes(settings: Settings): RouteFor {
  const { config } = settings;
  const unknownUser: Route = {
    transport: "error",
    nexthop: `5.1.1 User unknown${config.bool("show_user_unknown_table_name") ? " in virtual alias table" : ""}`,
  };
  const keyOptions = {
    recipientDelimiter: config.get("recipient_delimiter"),
    dottedParents: !config.list("parent_domain_matches_subdomains").includes("transport_maps"),
  };
  const transportMaps = settings.tables("transport_maps");
  const relocatedMaps = settings.tables("relocated_maps");
  const relayhost = config.get("relayhost");
  const parameters: Readonly<Record<Exclude<AddressClass, "virtual-alias">, string>> = {
    local: config.get("local_transport"),
    "virtual-mailbox": config.get("virtual_transport"),
    relay: config.get("relay_transport"),
    default: config.get("default_transport"),
  };

  const ask = (
    tables: readonly Table[],
    steps: readonly KeyStep[],
  ): string | undefined | Unknown | Promise<string | undefined | Unknown> =>
    tables.length === 0 ? undefined : andThen(searchTables(tables, steps), answerOf);

  const transportKeys = (text: string): readonly KeyStep[] => {
    const { localPart } = addressFromInternal(text);
    const steps = accessMapKeys(localPart, domainOf(text), keyOptions).filter(
      ({ keys }) => !keys.some((key) => key.endsWith("@")),
    );
    return [...asWritten(text, steps), { keys: ["*"], whole: true }];
  };

  return (text, domain, addressClass) => {
    const start = addressClass === "virtual-alias" ? unknownUser : mainRoute(addressClass, domain);
    if (start.transport === "") return { cause: "a null transport is not allowed" };
    const byMap: Route | Unknown | Promise<Route | Unknown> =
      addressClass === "virtual-alias"
        ? start
        : andThen(ask(transportMaps, transportMaps.length === 0 ? [] : transportKeys(text)), (result) => {
            if (result === undefined) return start;
            return typeof result === "string" ? overriddenRoute(start, result, domain) : result;
          });
    if (relocatedMaps.length === 0) return byMap;
    return andThen(byMap, (route) => {
      if ("cause" in route) return route;
      const { localPart } = addressFromInternal(text);
      const local = [config.get("myorigin"), ...(addressClass === "local" ? [domain] : [])];
      const steps = loginMapKeys(localPart, fold(domain), { ...keyOptions, localDomains: local });
      return andThen(ask(relocatedMaps, asWritten(text, steps)), (moved) => {
        if (moved === undefined) return route;
        return typeof moved === "string" ? { transport: "error", nexthop: `5.1.6 User has moved to ${moved}` } : moved;
      });
    });
  };

  function mainRoute(addressClass: Exclude<AddressClass, "virtual-alias">, domain: string): Route {
    const offHost = addressClass === "relay" || addressClass === "default";
    return routeOf(parameters[addressClass], offHost && relayhost !== "" ? relayhost : domain);
  }
}

/** The whole address is asked for in the case in which it came: pattern tables see it. */
function asWritten(text: string, [, ...parts]: readonly KeyStep[]): readonly KeyStep[] {
  const quoted = externalForm(text);
  return [{ keys: quoted === text ? [text] : [quoted, text], whole: true }, ...parts];
}

/** An empty result is no answer, as everywhere in Postfix. */
function answerOf(hit: Hit | undefined): string | undefined | Unknown {
  if (hit === undefined) return undefined;
  const { lookup, table } = hit;
  if (lookup.kind === "error") return { cause: `${table.name}: ${lookup.cause}` };
  return lookup.value === "" ? { cause: `${table.name}: empty result` } : lookup.value;
}
