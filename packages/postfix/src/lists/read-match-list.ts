import {
  FromguardError,
  fold,
  isFromguardError,
  type LoadedTable,
  type Place,
  splitOutsideBraces,
  type Table,
  type TableWarning,
} from "@fromguard/core";
import { shown } from "../main-cf/shown.js";

/** One pattern of a list, as Postfix keeps it. */
export interface Pattern {
  /** Whether it excludes what it matches. */
  readonly isNegated: boolean;
  /** As written in the list, with its `!`. */
  readonly text: string;
  readonly what:
    | { readonly kind: "table"; readonly table: Table }
    /** Folded. */
    | { readonly kind: "word"; readonly word: string }
    /** A file that cannot be read: whoever comes here gets no answer. */
    | { readonly kind: "broken"; readonly cause: string };
}

/** Where the patterns of a list come from. */
export interface ListSource {
  /** The parameter, for messages. */
  readonly name: string;
  readonly place: Place;
  /** Opens a table without folding its keys: one with a capital is never found. */
  openTable(spec: string): Promise<LoadedTable>;
  /** The text of a `/file` in a list. Throws a FromguardError where it cannot be read; absent, none can. */
  readonly readFile?: ((path: string) => Promise<string>) | undefined;
}

/** The most files that a list may nest. */
const MAX_FILE_NESTING = 100;

/**
 * Reads a list: words, `type:table` and `/file`, whose lines are read in its place; `!` before one excludes what it matches.
 *
 * A word that begins with `#` ends the list, or the line of a file: Postfix warns, and reads nothing behind it. Lines of files are not
 * continued by blanks.
 *
 * @throws FromguardError FG_CONFIG_INVALID for a `!` with nothing behind it, and what `openTable` throws
 * @see Postfix match_list(3)
 */
export async function readPatterns(
  value: string,
  source: ListSource,
): Promise<{ readonly patterns: readonly Pattern[]; readonly warnings: readonly TableWarning[] }> {
  const patterns: Pattern[] = [];
  const warnings: TableWarning[] = [];
  await read(value, source, { patterns, warnings, isNegated: false, depth: 0 });
  return { patterns, warnings };
}

interface Reading {
  readonly patterns: Pattern[];
  readonly warnings: TableWarning[];
  readonly isNegated: boolean;
  readonly depth: number;
}

async function read(value: string, source: ListSource, reading: Reading): Promise<void> {
  const { patterns, warnings } = reading;
  const words = splitOutsideBraces(value);
  for (const [at, text] of words.entries()) {
    if (text.startsWith("#")) {
      warnings.push(commentIn(source, words.slice(at).join(" ")));
      return;
    }
    const item = text.replace(/^!+/, "");
    const isNegated = reading.isNegated !== ((text.length - item.length) % 2 === 1);
    if (item === "") {
      throw new FromguardError("FG_CONFIG_INVALID", `${source.name}: no pattern after '!'`, { place: source.place });
    }
    if (item.startsWith("/")) {
      await readFile(item, source, { ...reading, isNegated });
    } else if (isTableSpec(item)) {
      const opened = await source.openTable(item);
      warnings.push(...opened.warnings);
      patterns.push({ isNegated, text, what: { kind: "table", table: opened.table } });
    } else patterns.push({ isNegated, text, what: { kind: "word", word: fold(item) } });
  }
}

async function readFile(path: string, source: ListSource, reading: Reading): Promise<void> {
  const { patterns, depth } = reading;
  const broken = (cause: string) => {
    patterns.push({ isNegated: false, text: path, what: { kind: "broken", cause } });
  };
  if (depth >= MAX_FILE_NESTING) return broken(`${path}: files are nested over ${MAX_FILE_NESTING} deep`);
  if (source.readFile === undefined) return broken(`open file ${path}: no files are read here`);
  let text: string;
  try {
    text = await source.readFile(path);
  } catch (error) {
    if (!isFromguardError(error)) throw error;
    return broken(error.message);
  }
  for (const line of text.split("\n")) {
    if (!line.startsWith("#")) await read(line, source, { ...reading, depth: depth + 1 });
  }
}

function commentIn({ name, place }: ListSource, comment: string): TableWarning {
  const { file = "", line = 0 } = place;
  return { kind: "postfix", file, line, text: `${name}: comment at end of line is not supported: ${shown(comment)}` };
}

/** Whether a word names a table; an IPv6 address in brackets does not. */
function isTableSpec(word: string): boolean {
  return !word.startsWith("[") && word.includes(":");
}
