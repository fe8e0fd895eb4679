import { isFromguardError, parseTableSpec } from "@fromguard/core";
import { type LintFacts, lintedTables, type MainCf, type TableText } from "@fromguard/postfix";
import { inQueue } from "./load-main-cf.js";
import { readText, tableOpener } from "./open-tables.js";

/** The types whose text lies in the file that is named. */
const TEXTS = new Set(["pcre", "regexp", "cidr", "texthash", "hash", "btree", "lmdb", "cdb"]);

/**
 * Opens the tables of a main.cf, and reads their text, as far as they can be.
 *
 * @param services what its services make of it: their tables are opened, too
 */
export async function lintFacts(config: MainCf, services: readonly MainCf[]): Promise<LintFacts> {
  const { openTable, broken } = tableOpener(config.get("queue_directory"));
  const texts = new Map<string, TableText>();
  for (const spec of new Set([config, ...services].flatMap((each) => lintedTables({ config: each })))) {
    await openTable(spec);
    const parsed = parseTableSpec(spec);
    if (!parsed.ok || !TEXTS.has(parsed.value.type)) continue;
    const file = inQueue(config, parsed.value.source);
    try {
      texts.set(spec, { file, text: await readText(file) });
    } catch (error) {
      if (!isFromguardError(error)) throw error; // that it cannot be opened is told
    }
  }
  return { config, texts, unusable: new Map([...broken].map(([spec, { message }]) => [spec, message])) };
}
