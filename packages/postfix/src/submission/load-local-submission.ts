import { FromguardError, type Table, type TableWarning } from "@fromguard/core";
import { extensionOptions } from "../address/extension-options.js";
import { stringList } from "../lists/lists.js";
import { readPatterns } from "../lists/read-match-list.js";
import type { MainCf } from "../main-cf/main-cf.js";
import type { LoadOptions } from "../smtpd/load-settings.js";
import { type LocalSubmission, senderCheck, userCheck } from "./local-submission.js";
import { loginSenders } from "./login-senders.js";

const USERS = "authorized_submit_users";
const SENDERS = "local_login_sender_maps";
const NULL_SENDER = "empty_address_local_login_sender_maps_lookup_key";

/** The default of {@link SENDERS}: every user may use every sender. No other value means so without a look-up. */
const ALL_SENDERS = "static:*";

/**
 * Reads and opens what decides on the mail of this machine's users: `authorized_submit_users` and `local_login_sender_maps`
 * (Postfix 3.6 and later).
 *
 * As in Postfix, an `authorized_submit_users` that begins with `static:` allows everybody, whatever stands behind it.
 *
 * @throws FromguardError FG_CONFIG_INVALID where `postdrop` takes no mail of anybody: a list that it does not take, a file in one that
 * cannot be read, an empty pattern of the null sender; and what `openTable` throws
 * @see Postfix postdrop(1)
 */
export async function loadLocalSubmission(
  config: MainCf,
  options: Pick<LoadOptions, "openTable" | "readFile">,
): Promise<{ readonly submission: LocalSubmission; readonly warnings: readonly TableWarning[] }> {
  const warnings: TableWarning[] = [];
  const submission = {
    maySubmit: userCheck(await authorizedUsers(config, options, warnings)),
    mayUse: senderCheck(config.get(SENDERS), await senderMatch(config, options, warnings)),
  };
  return { submission, warnings };
}

type Options = Parameters<typeof loadLocalSubmission>[1];

async function authorizedUsers(config: MainCf, { openTable, readFile }: Options, warnings: TableWarning[]) {
  const value = config.get(USERS);
  if (value.startsWith("static:")) return undefined;
  const unfolded = (spec: string) => openTable(spec, { foldKeys: false });
  const read = await readPatterns(value, { name: USERS, place: config.place(USERS), openTable: unfolded, readFile });
  warnings.push(...read.warnings);
  for (const { what } of read.patterns) {
    if (what.kind !== "broken") continue;
    throw new FromguardError("FG_CONFIG_INVALID", what.cause, { place: config.place(USERS) });
  }
  return stringList(read.patterns);
}

async function senderMatch(config: MainCf, { openTable }: Options, warnings: TableWarning[]) {
  if (config.get(SENDERS) === ALL_SENDERS) return undefined;
  const nullSender = config.get(NULL_SENDER);
  if (nullSender === "") {
    const what = "empty: Postfix takes no mail of local users";
    throw new FromguardError("FG_CONFIG_INVALID", what, { place: config.place(NULL_SENDER) });
  }
  const tables: Table[] = [];
  for (const spec of config.list(SENDERS)) {
    if (!spec.includes(":")) {
      const what = `open dictionary: expecting "type:name" form instead of "${spec}"`;
      throw new FromguardError("FG_CONFIG_INVALID", what, { place: config.place(SENDERS) });
    }
    const opened = await openTable(spec);
    tables.push(opened.table);
    warnings.push(...opened.warnings);
  }
  return loginSenders({
    tables,
    extension: extensionOptions(config),
    nullSender,
  });
}
