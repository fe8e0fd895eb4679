import { FromguardError, isFromguardError } from "@fromguard/core";
import { type EntryLines, readPlainEntries } from "./plain-entries.js";
import { parseYamlDocument, type Shift, type YamlDocument } from "./yaml-document.js";

/** How large parts are. */
export interface PartSizes {
  /** Characters up to which a text is read in one piece. */
  readonly small: number;
  /** Characters up to which a text is read in one piece where its parts cannot be read by themselves. */
  readonly most: number;
  /** Lines of a part, unless one entry alone has more. */
  readonly lines: number;
}

/** In one piece about 1,000 lines, 5 ms; where it must be about 60,000, 0.3 s. */
const SIZES: PartSizes = { small: 64 * 1024, most: 4 * 1024 * 1024, lines: 200 };

/** What may be an alias: it may lead to another part. */
const ALIAS = /[\s[{,]\*/;

/** The start of a value under a key without indentation. */
const TOP_KEY = /^([A-Za-z][\w-]*):(?=\s|$)/;

/**
 * Reads a document whose root is a map, part by part: each part is a document of its own that has one key of the root and, of a
 * list or map in block style below it, some entries. Places are those in the whole text. Entries in flow style, an alias, and
 * whatever else cannot be told apart by its indentation are read in one piece with all behind them.
 *
 * @throws FromguardError as {@link parseYamlDocument} does; of a text over 4 MiB the fault of the first part that is none, and of an
 * entry, or a root in flow style, that is longer
 */
export function* parseYamlParts(text: string, file: string, sizes: PartSizes = SIZES): Generator<YamlDocument> {
  const { small, most } = sizes;
  const source = text.startsWith("\ufeff") ? text.slice(1) : text;
  const isMap = TOP_KEY.test(firstLine(source));
  if (source.length <= small || !isMap || (source.length <= most && ALIAS.test(source))) {
    if (source.length > most) throw tooLong(file, 1, most);
    yield parseYamlDocument(source, file);
    return;
  }
  const keys = new Map<string, Set<string> | number>();
  for (const part of partsOf(source, sizes.lines)) {
    if (part.isFirst && keys.has(part.key)) throw twice(file, part.headLine);
    if (part.end - part.start > most) throw tooLong(file, part.line, most);
    const known = keys.get(part.key);
    const shift = { lines: part.line - 2, head: part.headLine, index: typeof known === "number" ? known : 0 };
    const document = parsePart(part, source, file, shift, most);
    if (document.isRest) {
      yield document.read;
      return;
    }
    keys.set(part.key, added(known, document.read, part.key));
    yield document.read;
  }
}

/** Lines of the text under one key of the root. */
interface Part extends EntryLines {
  readonly isFirst: boolean;
}

function parsePart(
  part: Part,
  source: string,
  file: string,
  shift: Shift,
  most: number,
): { readonly read: YamlDocument; readonly isRest: boolean } {
  const { head, start, end } = part;
  const parse = () => parseYamlDocument(`${head}\n${source.slice(start, end)}`, file, shift);
  try {
    return { read: readPlainEntries(part, source, file, parse) ?? parse(), isRest: false };
  } catch (error) {
    // What looks like the end of the part may stand within a quoted text.
    if (!isFromguardError(error) || source.length - start > most || end === source.length) throw error;
    return { read: parseYamlDocument(`${head}\n${source.slice(start)}`, file, shift), isRest: true };
  }
}

function* partsOf(source: string, lines: number): Generator<Part> {
  let part: { key: string; head: string; headLine: number; isFirst: boolean; line: number; start: number } | undefined;
  let entry: RegExp | undefined;
  let line = 0;
  for (let at = 0; at < source.length; ) {
    const next = source.indexOf("\n", at) + 1 || source.length;
    const here = source.slice(at, next);
    line++;
    const [, key] = TOP_KEY.exec(here) ?? [];
    if (key !== undefined) {
      if (part !== undefined) yield { ...part, end: at };
      part = { key, head: here.trimEnd(), headLine: line, isFirst: true, line: line + 1, start: next };
      entry = undefined;
    } else if (part !== undefined) {
      entry ??= part.head.replace(/#.*/, "").trimEnd().endsWith(":") ? entryLike(here) : undefined;
      if (entry?.test(here) === true && line - part.line >= lines) {
        yield { ...part, end: at };
        part = { ...part, isFirst: false, line, start: at };
      }
    }
    at = next;
  }
  if (part !== undefined) yield { ...part, end: source.length };
}

/** How a line begins that starts an entry as this one does; undefined for a line without a value. */
function entryLike(line: string): RegExp | undefined {
  const [, indent = "", start] = /^( *)([^\s#])/.exec(line) ?? [];
  if (start === undefined) return undefined;
  return start === "-" ? new RegExp(`^ {${indent.length}}-[ \\r\\n]`) : new RegExp(`^ {${indent.length}}[^\\s#?:-]`);
}

/** The entries that were read of a list, or the keys of a map. */
function added(known: Set<string> | number | undefined, read: YamlDocument, key: string): Set<string> | number {
  const value = (read.value as Readonly<Record<string, unknown>> | null)?.[key];
  if (Array.isArray(value)) return (typeof known === "number" ? known : 0) + value.length;
  const keys = known instanceof Set ? known : new Set<string>();
  for (const each of Object.keys(value ?? {})) {
    if (keys.has(each)) throw twice(read.file, read.place([key, each]).line ?? 1, read.place([key, each]).column);
    keys.add(each);
  }
  return keys;
}

function twice(file: string, line: number, column = 1): FromguardError {
  return new FromguardError("FG_CONFIG_INVALID", "not valid YAML: a key stands twice", {
    place: { file, line, column },
  });
}

function tooLong(file: string, line: number, most: number): FromguardError {
  const what = `more than ${most} characters in one entry, or in flow style: write one entry a line, and large groups in several`;
  return new FromguardError("FG_CONFIG_INVALID", what, { place: { file, line, column: 1 } });
}

/** The first line that is neither empty nor a comment. */
function firstLine(source: string): string {
  for (let at = 0; at < source.length; ) {
    const next = source.indexOf("\n", at) + 1 || source.length;
    const line = source.slice(at, next);
    if (!/^\s*(?:#|$)/.test(line)) return line;
    at = next;
  }
  return "";
}
