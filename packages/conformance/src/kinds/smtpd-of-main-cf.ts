import {
  cidrTable,
  FromguardError,
  type LoadedTable,
  type OpenTableOptions,
  openTable,
  pcreTable,
  regexpTable,
  textHashTable,
} from "@fromguard/core";
import {
  type AskPolicy,
  createAddressResolver,
  createSmtpd,
  loadSettings,
  type PolicyReply,
  readMainCf,
  type Settings,
} from "@fromguard/postfix";
import type { Smtpd, SmtpdSetup } from "./postfix-smtpd.js";

/** Where the policy server of the recordings listens; nothing listens elsewhere. */
const POLICY_SERVER = "inet:127.0.0.1:10998";

/** The host in which was recorded: what main.cf does not say of it. */
const OWN_ADDRESSES = ["127.0.0.1"];

/** Decides with `@fromguard/postfix`. Settings are loaded once a theme. */
export function smtpdOfMainCf(): Smtpd {
  const loaded = new WeakMap<object, Promise<Settings>>();
  return async (setup, attempt, dns) => {
    const settings = loaded.get(setup.mainCf) ?? load(setup);
    loaded.set(setup.mainCf, settings);
    const { login, sender, recipient, client, clientName, helo, smtputf8, policyReply } = attempt;
    const smtpd = createSmtpd({
      settings: await settings,
      addresses: createAddressResolver(await settings, { ownAddresses: OWN_ADDRESSES }),
      dns,
      askPolicy: scripted(policyReply),
      wait: async () => {},
    });
    // The recorder logged in with XCLIENT, which stands in for the mechanism.
    const saslMethod = login === null ? "" : "XCLIENT";
    return smtpd.decide(
      { login, saslMethod, sender, recipient, client: { address: client, name: clientName }, helo, smtputf8 },
      { signal: new AbortController().signal },
    );
  };
}

async function load({ mainCf, files }: SmtpdSetup): Promise<Settings> {
  const { config } = readMainCf("", { file: "main.cf", overrides: mainCf });
  const { settings } = await loadSettings(config, {
    openTable: (name, folding) => open(name, files, folding),
    ignoreUnknown: true,
  });
  return settings;
}

type Folding = Pick<OpenTableOptions, "foldKeys">;
type Parse = (text: string, options: Folding & { readonly file: string }) => LoadedTable;

const FILE_TYPES: ReadonlyMap<string, Parse> = new Map<string, Parse>([
  ["pcre", pcreTable],
  ["regexp", regexpTable],
  ["cidr", cidrTable],
  ["texthash", (text, options) => textHashTable(text, { ...options, duplicates: "throw" })],
  ["hash", (text, { file }) => textHashTable(text, { file, type: "hash" })],
  ["lmdb", (text, { file }) => textHashTable(text, { file, type: "lmdb" })],
]);

/** A table that the recording does not hold fails once it is asked. */
function open(name: string, files: SmtpdSetup["files"], folding: Folding = {}): Promise<LoadedTable> {
  return openTable(name, {
    ...folding,
    invalid: "answer-when-reached",
    open: (type, source) => {
      const parse = FILE_TYPES.get(type);
      const text = files[source.replace(/^@DIR@\//, "")];
      if (parse === undefined || text === undefined) {
        throw new FromguardError("FG_FILE_UNREADABLE", `no table ${type}:${source} in the recording`);
      }
      return parse(text, { ...folding, file: source });
    },
  });
}

/** Answers what the recording says that the policy server answered. */
function scripted(reply: string | undefined): AskPolicy {
  return async ({ endpoint }): Promise<PolicyReply> => {
    if (endpoint !== POLICY_SERVER) return { ok: false, cause: "Connection refused" };
    switch (reply) {
      case undefined:
      case "@drop":
        return { ok: false, cause: "Application error" };
      case "@garbage":
        return { ok: false, cause: "a line without =" };
      case "@noaction":
        return { ok: true, attributes: [] };
      case "@two":
        return {
          ok: true,
          attributes: [
            ["action", "dunno"],
            ["action", "reject second"],
          ],
        };
      default:
        return { ok: true, attributes: [["action", reply]] };
    }
  };
}
