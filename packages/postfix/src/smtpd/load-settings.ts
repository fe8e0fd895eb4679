import {
  FromguardError,
  isFromguardError,
  type LoadedTable,
  splitOutsideBraces,
  type Table,
  type TableWarning,
} from "@fromguard/core";
import { clientList, domainList, stringList } from "../lists/lists.js";
import type { MatchList } from "../lists/match-list.js";
import { readPatterns } from "../lists/read-match-list.js";
import type { MainCf } from "../main-cf/main-cf.js";
import { shown } from "../main-cf/shown.js";
import { faultsOf } from "./list-faults.js";
import type { ListName, Settings } from "./settings.js";

/** How {@link loadSettings} reaches what main.cf names. */
export interface LoadOptions {
  /**
   * Opens a table that main.cf names, `type:source`. Called once for a name, and once more where a list names it, too: lists do not fold
   * the keys of `texthash` and `inline` tables. A table that cannot be opened either throws a
   * FromguardError, which ends the loading, or answers every lookup with an error, as in Postfix's daemons.
   */
  readonly openTable: (spec: string, options?: { readonly foldKeys?: boolean }) => Promise<LoadedTable>;
  /** The text of a `/file` that a list names; may throw a FromguardError. Default: no file can be read, and such lists cannot answer. */
  readonly readFile?: (path: string) => Promise<string>;
  /** Whether a restriction that is not known is a warning, and an answer of 451 4.3.5 when it is reached. Default false. */
  readonly ignoreUnknown?: boolean;
}

const LISTS: readonly ListName[] = [
  "smtpd_client_restrictions",
  "smtpd_helo_restrictions",
  "smtpd_sender_restrictions",
  "smtpd_relay_restrictions",
  "smtpd_recipient_restrictions",
];

/** Parameters that name tables which are asked one after the other. */
const MAPS = [
  "canonical_maps",
  "local_recipient_maps",
  "rbl_reply_maps",
  "recipient_canonical_maps",
  "relay_recipient_maps",
  "relocated_maps",
  "sender_canonical_maps",
  "sender_dependent_default_transport_maps",
  "sender_dependent_relayhost_maps",
  "smtpd_sender_login_maps",
  "transport_maps",
  "virtual_alias_maps",
  "virtual_mailbox_maps",
] as const;

/** Lists of domains that are matched as a whole. */
const WHOLE_DOMAINS = ["mydestination", "virtual_alias_domains", "virtual_mailbox_domains"] as const;

/** What Postfix does not start with where it is empty. */
const NOT_EMPTY = [
  "default_transport",
  "double_bounce_sender",
  "empty_address_recipient",
  "local_transport",
  "mydomain",
  "myhostname",
  "myorigin",
  "relay_transport",
  "virtual_transport",
] as const;

/** What becomes of what could not be found out: nothing else is known to smtpd. */
const TEMPFAIL_ACTIONS: ReadonlySet<string> = new Set(["defer", "defer_if_permit"]);
const TEMPFAIL_PARAMETERS = [
  "unknown_helo_hostname_tempfail_action",
  "unknown_address_tempfail_action",
  "unverified_recipient_tempfail_action",
  "unverified_sender_tempfail_action",
] as const;

/** One of these has to stand where it is reached in the relay or the recipient list. */
const REQUIRED = [
  "reject_unauth_destination",
  "defer_unauth_destination",
  "reject",
  "defer",
  "defer_if_permit",
  "check_relay_domains",
] as const;

/**
 * Reads and opens what smtpd reads and opens at its start: restriction lists, classes, tables, networks, domain lists.
 *
 * @throws FromguardError FG_CONFIG_INVALID, with file and line, where Postfix would not start: a class without definition, a main.cf
 * whose lists refuse no relaying; and for a restriction that is not known
 * @see Postfix smtpd_check_init in smtpd_check.c
 */
export async function loadSettings(
  config: MainCf,
  options: LoadOptions,
): Promise<{ readonly settings: Settings; readonly warnings: readonly TableWarning[] }> {
  const warnings: TableWarning[] = [];
  const warn = (parameter: string, what: string): void => {
    const { file = config.file, line = 0 } = config.place(parameter);
    const at = line === 0 ? file : `${file}, line ${line}`;
    warnings.push({ kind: "postfix", file, line, text: `${at}: ${parameter}: ${what}` });
  };
  for (const name of NOT_EMPTY) {
    if (config.get(name) !== "") continue;
    throw new FromguardError("FG_CONFIG_INVALID", `bad string length 0 < 1: ${name} =`, { place: config.place(name) });
  }
  for (const name of TEMPFAIL_PARAMETERS) {
    const value = config.get(name);
    if (TEMPFAIL_ACTIONS.has(value.toLowerCase())) continue;
    throw new FromguardError("FG_CONFIG_INVALID", `bad configuration: ${name} = ${shown(value)}`, {
      place: config.place(name),
    });
  }
  const tables = new TableSet(options.openTable, warnings);
  const unfolded = new TableSet((spec) => options.openTable(spec, { foldKeys: false }), warnings);

  const lists = Object.fromEntries(LISTS.map((name) => [name, config.list(name)])) as Settings["lists"];
  const classes = readClasses(config);
  for (const [name, words] of [...Object.entries(lists), ...classes]) {
    for (const what of faultsOf(name, words, classes)) {
      if (options.ignoreUnknown !== true) {
        throw new FromguardError("FG_CONFIG_INVALID", what, { place: config.place(name) });
      }
      warn(name, what);
    }
    for (const spec of tableSpecs(words)) await tables.open(spec, config, name);
  }
  requireRelayControl(config, lists, classes, warn);

  const maps = new Map<string, readonly Table[]>();
  for (const name of MAPS) {
    const opened: Table[] = [];
    for (const spec of config.list(name)) opened.push(await tables.open(spec, config, name));
    maps.set(name, opened);
  }

  const patterns = async (name: string) => {
    const place = config.place(name);
    const openTable = async (spec: string): Promise<LoadedTable> => ({
      table: await unfolded.open(spec, config, name),
      warnings: [],
    });
    const read = await readPatterns(config.get(name), { name, place, openTable, readFile: options.readFile });
    warnings.push(...read.warnings);
    return read.patterns;
  };
  const withSubdomains = stringList(await patterns("parent_domain_matches_subdomains"));
  const style = async (name: string) => ({
    includesSubdomains: (await withSubdomains.has(name)).kind === "listed",
  });
  const domains = new Map<string, MatchList<string>>();
  for (const name of WHOLE_DOMAINS) domains.set(name, stringList(await patterns(name)));
  domains.set("relay_domains", domainList(await patterns("relay_domains"), await style("relay_domains")));
  const networks = async (name: string) => clientList(await patterns(name), await style(name));
  const myNetworks = await networks("mynetworks");
  const mxBackupNetworks = await networks("permit_mx_backup_networks");

  const settings: Settings = {
    config,
    lists,
    classes,
    tables: (parameter) => known(maps, parameter),
    table: (spec) => tables.get(spec),
    myNetworks,
    mxBackupNetworks,
    domains: (parameter) => known(domains, parameter),
  };
  return { settings, warnings };
}

/** Each table once, whatever names it. */
class TableSet {
  readonly #open = new Map<string, Table>();

  constructor(
    private readonly openTable: LoadOptions["openTable"],
    private readonly warnings: TableWarning[],
  ) {}

  get(spec: string): Table | undefined {
    return this.#open.get(spec);
  }

  async open(spec: string, config: MainCf, parameter: string): Promise<Table> {
    const known = this.#open.get(spec);
    if (known !== undefined) return known;
    if (!spec.includes(":")) {
      const what = `open dictionary: expecting "type:name" form instead of "${shown(spec)}"`;
      throw new FromguardError("FG_CONFIG_INVALID", what, { place: config.place(parameter) });
    }
    const { table, warnings } = await this.openTable(spec).catch((error: unknown) => {
      if (!isFromguardError(error)) throw error;
      throw new FromguardError(error.code, error.message, { place: config.place(parameter), cause: error });
    });
    this.warnings.push(...warnings);
    this.#open.set(spec, table);
    return table;
  }
}

function known<T>(values: ReadonlyMap<string, T>, parameter: string): T {
  const value = values.get(parameter);
  if (value === undefined) throw new RangeError(`${parameter} is not among the parameters that were loaded`);
  return value;
}

function readClasses(config: MainCf): ReadonlyMap<string, readonly string[]> {
  const classes = new Map<string, readonly string[]>();
  for (const name of config.get("smtpd_restriction_classes").split(/[, \t\r\n]+/)) {
    if (name === "") continue;
    if (!config.isSet(name) || config.get(name) === "") {
      const what = `restriction class \`${shown(name)}' needs a definition`;
      throw new FromguardError("FG_CONFIG_INVALID", what, { place: config.place("smtpd_restriction_classes") });
    }
    classes.set(name, splitOutsideBraces(config.get(name)));
  }
  return classes;
}

/** The words that smtpd opens as tables. */
function tableSpecs(words: readonly string[]): readonly string[] {
  return words.filter(
    (word, at) =>
      word.includes(":") && !word.startsWith("{") && words[at - 1]?.toLowerCase() !== "check_policy_service",
  );
}

function requireRelayControl(
  config: MainCf,
  lists: Settings["lists"],
  classes: ReadonlyMap<string, readonly string[]>,
  warn: (parameter: string, what: string) => void,
): void {
  const parameters = ["smtpd_recipient_restrictions", "smtpd_relay_restrictions"] as const;
  const seen = new Set<string>();
  const isRefusing = (name: string, words: readonly string[]): boolean => {
    for (let at = 0; at < words.length; at += 1) {
      const word = words[at] as string;
      const lower = word.toLowerCase();
      const next = words[at + 1];
      if (lower === "warn_if_reject" && next !== undefined) {
        at += 1;
        continue;
      }
      if (lower === "permit") {
        if (next !== undefined) warn(name, `restriction \`${shown(next)}' after \`${word}' is ignored`);
        return false;
      }
      if (REQUIRED.some((required) => required === lower)) return true;
      const inner = seen.has(word) ? undefined : classes.get(word);
      seen.add(word);
      if (inner !== undefined && isRefusing(word, inner)) return true;
    }
    return false;
  };
  if (parameters.some((name) => isRefusing(name, lists[name]))) return;
  const what =
    "in parameter smtpd_relay_restrictions or smtpd_recipient_restrictions, specify at least one working instance of: " +
    `${REQUIRED.slice(0, -1).join(", ")} or ${REQUIRED.at(-1)}`;
  throw new FromguardError("FG_CONFIG_INVALID", what, { place: { file: config.file } });
}
