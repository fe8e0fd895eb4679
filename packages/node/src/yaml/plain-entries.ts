import type { Position } from "./line-starts.js";
import type { YamlDocument, YamlNode } from "./yaml-document.js";

/** Lines under one key of the root, and where they stand. */
export interface EntryLines {
  readonly key: string;
  /** The line of the key, and its number. */
  readonly head: string;
  readonly headLine: number;
  /** The number of the first line below it. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** Words that are no text. */
const NO_TEXT = /^(?:null|true|false)$/i;

const START = /( *)- \{ /y;
/** A key, a value that needs no quotes, and what is behind it. */
const PAIR = /([a-z]+(?:-[a-z]+)*): ([A-Za-z][\w.+@/-]*)(, | \}(?:\n|$))/y;

/**
 * A list of maps of words, one a line, as most entries of large files are: `- { login: alice, send-as: sales@example.com }`. What
 * {@link parseYamlDocument} makes of it, in a fifth of the time; undefined where one line has another form, be it a comment.
 *
 * @param parse reads the lines by that, for who asks for more than the places of the entries
 */
export function readPlainEntries(
  { key, head, headLine, line, start, end }: EntryLines,
  source: string,
  file: string,
  parse: () => YamlDocument,
): YamlDocument | undefined {
  if (head !== `${key}:` || NO_TEXT.test(key)) return undefined;
  const read = mapsIn(source, start, end);
  if (read === undefined) return undefined;
  let parsed: YamlDocument | undefined;
  const whole = () => {
    parsed ??= parse();
    return parsed;
  };
  const position: Position = { line: headLine, column: 1 };
  const list: YamlNode = {
    position,
    *children() {
      for (const index of read.maps.keys()) {
        yield [index, new PlainEntry({ line: line + index, column: read.column }, whole, index)];
      }
    },
  };
  return {
    file,
    value: { [key]: read.maps },
    root: {
      position,
      *children() {
        yield [key, list];
      },
    },
    place: (path) => whole().place(path),
  };
}

class PlainEntry implements YamlNode {
  readonly position: Position;
  readonly #whole: () => YamlDocument;
  readonly #index: number;

  constructor(position: Position, whole: () => YamlDocument, index: number) {
    this.position = position;
    this.#whole = whole;
    this.#index = index;
  }

  children(): Iterable<readonly [string | number, YamlNode]> {
    return entryOf(this.#whole(), this.#index)?.children() ?? [];
  }
}

function entryOf({ root }: YamlDocument, index: number): YamlNode | undefined {
  for (const [, list] of root?.children() ?? []) {
    for (const [at, entry] of list.children()) if (at === index) return entry;
  }
  return undefined;
}

/** The maps, and the column in which each begins. */
function mapsIn(
  source: string,
  start: number,
  end: number,
): { readonly maps: readonly object[]; readonly column: number } | undefined {
  const maps: object[] = [];
  let indent: number | undefined;
  for (let at = start; at < end; ) {
    START.lastIndex = at;
    const begun = START.exec(source);
    if (begun === null || (indent !== undefined && begun[1]?.length !== indent)) return undefined;
    indent = begun[1]?.length ?? 0;
    const map: Record<string, string> = {};
    let behind = ", ";
    for (at = START.lastIndex; behind === ", "; at = PAIR.lastIndex) {
      PAIR.lastIndex = at;
      const [, key = "", value = "", next = ""] = PAIR.exec(source) ?? [];
      if (key === "" || NO_TEXT.test(key) || NO_TEXT.test(value) || Object.hasOwn(map, key)) return undefined;
      map[key] = value;
      behind = next;
    }
    maps.push(map);
  }
  return indent === undefined ? undefined : { maps, column: indent + 3 };
}
