import { FromguardError, type Place } from "@fromguard/core";
import { type Alias, type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from "yaml";

/** The path to a value: `["listeners", 0, "policy"]`. */
export type KeyPath = readonly (string | number)[];

/** A configuration file as text knows it: values and the lines on which they stand. */
export interface ConfigDocument {
  readonly file: string;
  /** Plain data; null for an empty file. */
  readonly value: unknown;
  /** File, line and key of a path; where the path leads to nothing, the line of the nearest parent. */
  place(path: KeyPath): Place;
}

const MAX_ALIASES = 100;

/**
 * Reads YAML 1.2.
 *
 * @throws FromguardError `FG_CONFIG_INVALID` with file and line for text that is not YAML, a key that stands twice, an
 * unknown tag, or more than one document.
 */
export function parseConfigDocument(text: string, file: string): ConfigDocument {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) {
    throw new FromguardError("FG_CONFIG_INVALID", oneSentence(fault.message), {
      place: { file, line: lineCounter.linePos(fault.pos[0]).line },
    });
  }
  return {
    file,
    value: toPlainData(document, file, lineCounter),
    place: (path) => {
      const offset = offsetOf(document.contents, path);
      return { file, line: offset === undefined ? 1 : lineCounter.linePos(offset).line, key: formatKey(path) };
    },
  };
}

/** `listeners[0].policy`. */
function formatKey(path: KeyPath): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index > 0 ? `.${part}` : part)).join("");
}

function toPlainData(document: Document, file: string, lineCounter: LineCounter): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    // Only aliases can fail here: one that leads nowhere, or too many.
    const aliases: Alias[] = [];
    visit(document, { Alias: (_key, alias) => void aliases.push(alias) });
    const lost = aliases.find((alias) => alias.resolve(document) === undefined);
    const offset = (lost ?? aliases[0])?.range?.[0] ?? 0;
    const what =
      lost === undefined ? "aliases repeat too much" : `no anchor has the name of this alias, ${lost.source}`;
    throw new FromguardError("FG_CONFIG_INVALID", `not valid YAML: ${what}`, {
      place: { file, line: lineCounter.linePos(offset).line },
      cause,
    });
  }
}

function oneSentence(message: string): string {
  const [first = message] = message.split("\n");
  return `not valid YAML: ${first.charAt(0).toLowerCase()}${first.slice(1).replace(/[.:]$/, "")}`;
}

/** The offset of the deepest node on the path, a key before its value. */
function offsetOf(root: Node | null, path: KeyPath): number | undefined {
  let node: unknown = root;
  let offset = root?.range?.[0];
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (pair === undefined) return offset;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof part === "number") {
      node = node.items[part];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}
