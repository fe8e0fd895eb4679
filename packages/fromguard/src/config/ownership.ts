import {
  absurd,
  aliasMapDeliveries,
  type Directory,
  FromguardError,
  firstMatchOwnership,
  formatAddress,
  isFromguardError,
  type LoginRule,
  loginMap,
  type OwnershipGraph,
  ownershipGraphSteps,
  unionOwnership,
  withLoginRule,
} from "@fromguard/core";
import { fileGrants, inSlices } from "@fromguard/node";
import { countedSource, type OnAnswers } from "../metrics/counted-source.js";
import type { Config } from "./config.js";
import type { Follower, Following } from "./following.js";
import type { TableLoader } from "./table-loader.js";

/** The sources of a configuration, as one. */
export interface OpenOwnership {
  readonly ownership: Directory;
  readonly followers: readonly Follower[];
  /** What is doubtful in grants, one sentence each. */
  readonly warnings: readonly string[];
}

interface OpenSource extends Omit<OpenOwnership, "ownership"> {
  readonly source: Directory;
}

type Entry = Config["ownership"]["sources"][number];
type OptionsOf<Kind extends Entry["kind"]> = Extract<Entry, { readonly kind: Kind }>["options"];

/**
 * Opens every source of ownership; undefined where the configuration names none.
 *
 * @throws FromguardError with the place in the configuration, or in the file whose line is bad
 */
export async function openOwnership(
  config: Config,
  tables: TableLoader,
  following: Following & { readonly onAnswers?: OnAnswers },
): Promise<OpenOwnership | undefined> {
  const { onAnswers } = following;
  const { sources: entries, combine, login } = config.ownership;
  const opened: OpenSource[] = [];
  try {
    for (const entry of entries) opened.push(await openSource(entry, config, tables, following));
  } catch (error) {
    for (const { followers } of opened) for (const follower of followers) follower.close();
    throw error;
  }
  if (opened.length === 0) return undefined;
  const members = opened.map(({ source: silent }, index) => {
    const source = onAnswers === undefined ? silent : countedSource(silent, onAnswers);
    const onFailure = entries[index]?.options["on-failure"];
    return onFailure === undefined ? { source } : { source, onFailure };
  });
  const joined = combine === "first-match" ? firstMatchOwnership(...members) : unionOwnership(...members);
  return {
    ownership: asAsked(
      opened.length === 1 && members[0]?.onFailure !== "ignore" ? (members[0]?.source ?? joined) : joined,
      login,
    ),
    followers: opened.flatMap(({ followers }) => followers),
    warnings: opened.flatMap(({ warnings }) => warnings),
  };
}

/** Without a rule the source itself, which costs nothing. */
function asAsked(source: Directory, rule: LoginRule | undefined): Directory {
  return rule === undefined ? source : withLoginRule(source, rule);
}

async function openSource(
  entry: Entry,
  config: Config,
  tables: TableLoader,
  following: Following,
): Promise<OpenSource> {
  switch (entry.kind) {
    case "login-map": {
      const delimiter = entry.options["recipient-delimiter"];
      const source = loginMap({
        tables: await tables.loadAll(entry.options["login-map"], entry.path),
        ...(delimiter === undefined ? {} : { recipientDelimiter: delimiter }),
      });
      return { source, followers: [], warnings: [] };
    }
    case "grants":
      return openGrants(entry, config, tables, following);
    case "alias-map":
      return { source: await openAliases(entry.options, entry.path, tables), followers: [], warnings: [] };
    default:
      return absurd(entry);
  }
}

async function openGrants(
  { options, path }: Extract<Entry, { readonly kind: "grants" }>,
  { document }: Config,
  { folder }: TableLoader,
  { checkMs = 0, onReload }: Following,
): Promise<OpenSource> {
  try {
    const grants = await fileGrants(options.grants, {
      folder,
      checkMs,
      onReload: ({ warnings, ...reload }) =>
        onReload?.({ ...reload, what: "grants", warnings: warnings.map(({ text }) => text) }),
    });
    const follower: Follower = {
      what: "grants",
      source: grants.graph.name,
      get stamps() {
        return grants.current.stamps;
      },
      get warnings() {
        return grants.current.warnings.map(({ text }) => text);
      },
      reload: () => grants.reload(),
      close: () => grants.close(),
    };
    return { source: grants.graph, followers: [follower], warnings: grants.current.warnings.map(({ text }) => text) };
  } catch (error) {
    if (!isFromguardError(error) || error.place.line !== undefined) throw error;
    throw new FromguardError(error.code, error.message, { place: document.place(path), cause: error });
  }
}

/** Who receives may send: the maps are read backwards, and again whenever one of them changes. */
async function openAliases(
  options: OptionsOf<"alias-map">,
  path: Entry["path"],
  tables: TableLoader,
): Promise<Directory> {
  const specs = options["alias-map"];
  const name = `alias-map ${specs.join(" ")}`;
  const opened = await tables.loadAll(specs, path);
  const delimiter = options["recipient-delimiter"];
  const read = async (): Promise<OwnershipGraph> => {
    const { deliveries } = await aliasMapDeliveries(opened, {
      maySend: options["receivers-may-send"],
      source: name,
      loginOf: options.login === "local-part" ? ({ localPart }) => localPart : formatAddress,
      ...(delimiter === undefined ? {} : { recipientDelimiter: delimiter }),
    });
    return await inSlices(ownershipGraphSteps({ deliveries }, { name }));
  };
  let graph = await read();
  let latest = 0;
  tables.onReplaced(specs, () => {
    const reading = ++latest;
    void read().then((next) => {
      // Of two that were read at one time the older may be done last.
      if (reading === latest) graph = next;
    });
  });
  return {
    name,
    ask: (...asked) => graph.ask(...asked),
    owners: (address) => graph.owners(address),
    addresses: (login) => graph.addresses(login),
  };
}
