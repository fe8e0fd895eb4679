import { readFile } from "node:fs/promises";
import { FromguardError, isFromguardError, type LoadedTable, parseTableSpec, tableOf } from "@fromguard/core";
import { readStamped, readTable, stampOf } from "@fromguard/node";
import type { LoadOptions } from "@fromguard/postfix";
import { reasonOf } from "../config/config.js";

/** What opens the tables of one main.cf. */
export interface TableOpener {
  /** Opens a table as Postfix's daemons do: one that cannot be opened answers every lookup with an error. */
  readonly openTable: LoadOptions["openTable"];
  /** Reads a text file that main.cf names; throws a FromguardError `FG_FILE_UNREADABLE`. */
  readonly readFile: (file: string) => Promise<string>;
  /** The tables that could not be opened and the files that could not be read, as named, and why. */
  readonly broken: ReadonlyMap<string, FromguardError>;
}

/**
 * Opens tables where Postfix does.
 *
 * `unix:passwd.byname` and `unix:group.byname` are read from /etc/passwd and /etc/group; other name services are not asked.
 *
 * @param folder from which relative paths start: Postfix's `queue_directory`, where its daemons run
 * @param stamps takes how each file looks before it is read
 */
export function tableOpener(folder: string, stamps: Map<string, string> = new Map()): TableOpener {
  const broken = new Map<string, FromguardError>();
  const note = async (file: string) => {
    if (!stamps.has(file)) stamps.set(file, await stampOf(file));
  };
  return {
    broken,
    readFile: async (file) => {
      await note(file);
      try {
        return await readText(file);
      } catch (error) {
        if (isFromguardError(error)) broken.set(file, error);
        throw error;
      }
    },
    openTable: async (spec, folding = {}) => {
      const parsed = parseTableSpec(spec);
      const accounts = parsed.ok && parsed.value.type === "unix" ? ACCOUNTS.get(parsed.value.source) : undefined;
      if (accounts !== undefined) {
        await note(accounts);
        return await readAccounts(spec, accounts);
      }
      const seen = new Map<string, string>();
      try {
        return await readStamped(spec, { ...asDaemons, ...folding, folder }, seen);
      } catch (error) {
        if (!isFromguardError(error)) throw error;
        broken.set(spec, error);
        return await readTable(spec, { ...asDaemons, ...folding, folder, invalid: "answer-when-reached" });
      } finally {
        for (const [file, stamp] of seen) if (!stamps.has(file)) stamps.set(file, stamp);
      }
    },
  };
}

/** What postmap bears, and smtpd does not. */
const asDaemons = { unbuilt: "throw", duplicates: "throw" } as const;

/** The maps of `unix:` and their files. */
const ACCOUNTS: ReadonlyMap<string, string> = new Map([
  ["passwd.byname", "/etc/passwd"],
  ["group.byname", "/etc/group"],
]);

async function readAccounts(name: string, file: string): Promise<LoadedTable> {
  const text = await readText(file);
  const accounts = text.split("\n").flatMap((line) => {
    const [account = ""] = line.split(":", 1);
    return account === "" || account.startsWith("#") ? [] : [[account, line] as const];
  });
  return { table: tableOf(Object.fromEntries(accounts), { name }), warnings: [] };
}

/**
 * Reads a text file that main.cf names.
 *
 * @throws FromguardError `FG_FILE_UNREADABLE`
 */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new FromguardError("FG_FILE_UNREADABLE", `cannot be read: ${reasonOf(cause)}`, { place: { file }, cause });
  }
}
