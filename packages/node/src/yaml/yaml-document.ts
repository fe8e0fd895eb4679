import { FromguardError, type Place, printable } from "@fromguard/core";
import {
  CORE_SCHEMA,
  constructFromEvents,
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
} from "js-yaml";
import { type Position, positionsIn } from "./line-starts.js";

/** The path to a value: `["listeners", 0, "policy"]`. */
export type KeyPath = readonly (string | number)[];

/** A value as text knows it. */
export interface YamlNode {
  readonly position: Position;
  /**
   * The values in a list by their number, or in a map by their key, in the order of the text; the position of one in a map is
   * that of its key. None for what is no collection, and for an alias: its values stand elsewhere.
   */
  children(): Iterable<readonly [part: string | number, child: YamlNode]>;
}

/** A file in YAML: its values, and where they stand. */
export interface YamlDocument {
  readonly file: string;
  /** Plain data; null for a file without a value. */
  readonly value: unknown;
  /** Undefined for a file without a value. */
  readonly root: YamlNode | undefined;
  /** File, line, column and key of a path: of a key, where it ends in one. Where it leads to nothing, of the nearest parent. */
  place(path: KeyPath): Place;
}

/** Where a text stands in its file, of which it is the first line and others further on. */
export interface Shift {
  /** Lines to be added to all but the first. */
  readonly lines: number;
  /** The line that the first one is. */
  readonly head: number;
  /** Entries of the list below the one key that stand before its own. */
  readonly index: number;
}

/** Aliases in one file. */
const MAX_ALIASES = 100;

/**
 * Reads one document of YAML 1.2 by its core schema: a date is text, `yes` is text. At most 100 aliases, and 100 collections in
 * one another. Merge keys are keys like others.
 *
 * Done in one piece: about 5 ms for 1,000 lines.
 *
 * @throws FromguardError `FG_CONFIG_INVALID` with file, line and column for text that is not YAML, a key that stands twice, an
 * unknown tag, or more than one document.
 */
export function parseYamlDocument(text: string, file: string, shift?: Shift): YamlDocument {
  const source = text.startsWith("\ufeff") ? text.slice(1) : text;
  const position = shifted(positionsIn(source), shift);
  const fault = (offset: number, what: string, cause?: unknown) =>
    new FromguardError("FG_CONFIG_INVALID", `not valid YAML: ${what}`, { place: { file, ...position(offset) }, cause });
  let events: Event[];
  let values: unknown[];
  try {
    events = parseEvents(source, {});
    values = constructFromEvents(events, { source, schema: CORE_SCHEMA, maxAliases: MAX_ALIASES });
  } catch (error) {
    const { reason, mark } = error as { readonly reason?: string; readonly mark?: { readonly position: number } };
    const offset = mark?.position ?? 0;
    throw fault(offset, hintAt(source, offset) ?? inWords(reason ?? String(error)), error);
  }
  if (values.length > 1) throw fault(secondDocument(source), "there is more than one document");
  const root = values.length === 0 ? undefined : new Cursor({ source, events, position }, 1, 0);
  return {
    file,
    value: values[0] ?? null,
    root,
    place: (path) => {
      const found = root === undefined ? { line: 1, column: 1 } : follow(root, path).position;
      return { file, ...found, ...(path.length === 0 ? {} : { key: formatKey(path, shift?.index) }) };
    },
  };
}

function shifted(position: (offset: number) => Position, shift: Shift | undefined): (offset: number) => Position {
  if (shift === undefined) return position;
  return (offset) => {
    const { line, column } = position(offset);
    return { line: line === 1 ? shift.head : line + shift.lines, column };
  };
}

/** `listeners[0].policy`; a key that is no plain word is quoted. */
function formatKey(path: KeyPath, before = 0): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${index === 1 ? part + before : part}]`;
      const word = /^[\w@*+-][\w@*+.-]*$/.test(part) ? part : JSON.stringify(printable(part, 80));
      return index > 0 ? `.${word}` : word;
    })
    .join("");
}

function follow(root: YamlNode, path: KeyPath): YamlNode {
  let node = root;
  for (const part of path) {
    let found: YamlNode | undefined;
    for (const [key, child] of node.children()) if (key === part || key === String(part)) found = child;
    if (found === undefined) return node;
    node = found;
  }
  return node;
}

interface Parsed {
  readonly source: string;
  readonly events: readonly Event[];
  readonly position: (offset: number) => Position;
}

/** Walks the events of the parser; what nobody asks for costs nothing. */
class Cursor implements YamlNode {
  readonly #parsed: Parsed;
  readonly #at: number;
  readonly #offset: number;

  /** `offset` is that of the key, or of what stands before where the value is empty. */
  constructor(parsed: Parsed, at: number, offset: number) {
    this.#parsed = parsed;
    this.#at = at;
    this.#offset = offset;
  }

  get position(): Position {
    return this.#parsed.position(this.#offset);
  }

  *children(): Generator<readonly [string | number, YamlNode]> {
    const { source, events } = this.#parsed;
    const open = events[this.#at];
    let last = this.#offset;
    let at = this.#at + 1;
    if (open?.type === EVENT_ID.SEQUENCE) {
      for (let index = 0; events[at]?.type !== EVENT_ID.POP; index++) {
        last = startOf(events[at]) ?? last;
        yield [index, new Cursor(this.#parsed, at, last)];
        at = after(events, at);
      }
    } else if (open?.type === EVENT_ID.MAPPING) {
      while (events[at]?.type !== EVENT_ID.POP) {
        const key = events[at];
        last = startOf(key) ?? last;
        at = after(events, at);
        yield [key?.type === EVENT_ID.SCALAR ? getScalarValue(source, key) : "", new Cursor(this.#parsed, at, last)];
        at = after(events, at);
      }
    }
  }
}

/** The number of the event behind the node that begins at this one. */
function after(events: readonly Event[], from: number): number {
  let depth = 0;
  let at = from;
  do {
    const type = events[at]?.type;
    if (type === EVENT_ID.POP) depth--;
    else if (type === EVENT_ID.SEQUENCE || type === EVENT_ID.MAPPING) depth++;
    at++;
  } while (depth > 0);
  return at;
}

/** The offset of what is written; undefined for an empty scalar. */
function startOf(event: Event | undefined): number | undefined {
  switch (event?.type) {
    case EVENT_ID.SCALAR: {
      const isQuoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
      return event.valueStart < 0 ? undefined : event.valueStart - (isQuoted ? 1 : 0);
    }
    case EVENT_ID.SEQUENCE:
    case EVENT_ID.MAPPING:
      return event.start;
    case EVENT_ID.ALIAS:
      return event.anchorStart - 1;
    default:
      return undefined;
  }
}

function secondDocument(source: string): number {
  const end = /^(?:---|\.\.\.)(?=\s|$)/gm;
  const marks = Array.from(source.matchAll(end), ({ index }) => index);
  return marks.at(-1) ?? 0;
}

/** What the parser takes for another fault. */
function hintAt(source: string, offset: number): string | undefined {
  const char = source.charAt(offset);
  return char === "@" || char === "`" ? `a value that begins with ${char} needs quotes` : undefined;
}

/** The parser's own words where they say it well. */
function inWords(reason: string): string {
  const [, alias] = /^unidentified alias "(.*)"$/s.exec(reason) ?? [];
  if (alias !== undefined) return `no anchor has the name of this alias, ${printable(alias, 80)}`;
  if (/alias/.test(reason)) return `more than ${MAX_ALIASES} aliases`;
  if (reason === "duplicated mapping key") return "a key stands twice";
  return printable(reason, 200);
}
