import { textOf } from "./bytes.js";
import { Cursor } from "./cursor.js";
import { readBranches } from "./grammar/branch.js";
import { alternatives, type ParseState } from "./grammar/state.js";
import { checkLookbehinds } from "./lookbehind.js";
import { newlineOf } from "./machine/newline.js";
import { nodesOf } from "./machine/nodes.js";
import { type ErrorNumber, Fault, Unreadable } from "./messages.js";
import type { Node, Pattern, PatternOptions, SyntaxFault } from "./syntax.js";

/**
 * Parses a pattern as PCRE2 10.42 does (or a later one: `version`), without UTF unless the pattern says so.
 *
 * The pattern is octets, one character each (latin1, see `bytesOf`). What PCRE2 rejects is a fault with its words and
 * offset; what it accepts always has a tree, in which a construct that this package cannot match has a node of its own.
 * Never throws.
 *
 * @see pcre2pattern(3)
 */
export function parsePattern(
  bytes: string,
  options: PatternOptions = {},
): { readonly ok: true; readonly pattern: Pattern } | SyntaxFault {
  const cursor = new Cursor(bytes, options.version ?? "10.42");
  try {
    return { ok: true, pattern: parse(cursor, options) };
  } catch (error) {
    if (error instanceof Unreadable) return unreadable(error.what, error.offset);
    if (!(error instanceof Fault)) throw error;
    const { offset, message } = error;
    if (cursor.version !== "10.42" && LIFTED.has(error.number))
      return unreadable(`what 10.42 rejects (${message})`, offset);
    return { ok: false, code: "syntax", offset, message };
  }
}

/** Faults of 10.42 in what some later version takes: options, lookbehinds, names and kinds of groups, properties. */
const LIFTED: ReadonlySet<ErrorNumber> = new Set<ErrorNumber>([11, 25, 35, 36, 47, 48, 87, 95]);

function unreadable(what: string, at: number): { readonly ok: true; readonly pattern: Pattern } {
  const root: Node = { type: "unsupported", what, at };
  return { ok: true, pattern: { root, captureCount: 0, names: new Map(), anchored: false, settings: [] } };
}

function parse(cursor: Cursor, options: PatternOptions): Pattern {
  const settings = readSettings(cursor);
  const utf = settings.some(({ name }) => name.startsWith("UTF"));
  cursor.utf = utf;
  if (utf && textOf(cursor.text) === undefined) cursor.fail(200, validLength(cursor.text));
  const state: ParseState = {
    cursor,
    flags: {
      caseless: options.caseless ?? false,
      multiline: options.multiline ?? false,
      dotAll: options.dotAll ?? false,
      extended: options.extended ?? false,
      extendedMore: false,
      ungreedy: options.ungreedy ?? false,
      noAutoCapture: false,
      duplicateNames: false,
    },
    depth: 0,
    lookDepth: 0,
    groups: 0,
    captureCount: 0,
    names: new Map(),
    nameOf: new Map(),
    late: [],
    dollarEndOnly: options.dollarEndOnly ?? false,
    namesLineEnd: false,
    resetsNumbers: false,
    utf,
    newline: newlineOf(settings),
    size: 0,
    readBranches,
  };
  const root = alternatives(readBranches(state, {}));
  if (!cursor.atEnd) cursor.fail(22);
  const { captureCount, names, late, namesLineEnd } = state;
  const placeOf = (node: Node): number => {
    // PCRE2 keeps one place for each number below 10: the first.
    const isShort = node.type === "reference" && Number(node.to) < 10;
    const isSame = (other?: Node): boolean => isShort && other?.type === "reference" && other.to === node.to;
    return late.find((check) => check.node === node || isSame(check.node))?.at ?? 0;
  };
  const behind = checkLookbehinds(root, names, placeOf, state.resetsNumbers);
  // PCRE2 counts the branches of conditions last.
  const counts = late.filter(({ number }) => number === 27 || number === 54);
  for (const { to, number, at } of [...late.filter((check) => !counts.includes(check)), ...counts]) {
    const exists = typeof to === "string" ? names.has(to) : to !== undefined && to <= captureCount;
    if (!exists) cursor.fail(number, at);
  }
  noteCalls(root, names, cursor);
  const { versionDependent } = cursor;
  return {
    root,
    captureCount,
    names,
    anchored: options.anchored ?? false,
    settings,
    behind,
    namesLineEnd,
    size: state.size,
    ...(versionDependent && { versionDependent }),
  };
}

/** A call of the whole pattern, or of groups around others, was ended otherwise before 10.43. */
function noteCalls(root: Node, names: Pattern["names"], cursor: Cursor): void {
  const nodes = [...nodesOf(root)];
  const outer = nodes.flatMap((node) => {
    const holdsGroups = node.type === "capture" && [...nodesOf(node.body)].some(({ type }) => type === "capture");
    return holdsGroups ? [node.index] : [];
  });
  for (const node of nodes) {
    if (node.type !== "call") continue;
    const [to = 0] = typeof node.to === "string" ? (names.get(node.to) ?? []) : [node.to];
    if (to > 0 && !outer.includes(to)) continue;
    const what = "a call of a group with groups in it";
    if (cursor.version !== "10.42") throw new Unreadable(what, node.at);
    cursor.noteVersion(node.at, what);
  }
}

const SETTING =
  /\(\*(?:(UTF8?|UCP|NO_AUTO_POSSESS|NO_DOTSTAR_ANCHOR|NO_JIT|NO_START_OPT|NOTEMPTY_ATSTART|NOTEMPTY|CR|LF|CRLF|ANY|NUL|ANYCRLF|BSR_ANYCRLF|BSR_UNICODE)\)|(LIMIT_MATCH|LIMIT_DEPTH|LIMIT_RECURSION|LIMIT_HEAP)=)/y;
/** Nine digits of a limit, beyond which PCRE2 reads no tenth. */
const MAX_NINE_DIGITS = 429_496_728;

function readSettings(cursor: Cursor): Pattern["settings"] {
  const settings: { name: string; at: number }[] = [];
  for (;;) {
    const at = cursor.position;
    SETTING.lastIndex = at;
    const found = SETTING.exec(cursor.text);
    if (found === null) return settings;
    cursor.position += found[0].length;
    if (found[2] !== undefined) readLimit(cursor);
    settings.push({ name: found[1] ?? found[2] ?? "", at });
  }
}

function readLimit(cursor: Cursor): void {
  let value = 0;
  let digit = cursor.takeMatch(/[0-9]/y);
  if (digit === "") cursor.fail(60);
  for (; digit !== ""; digit = value > MAX_NINE_DIGITS ? "" : cursor.takeMatch(/[0-9]/y)) value = value * 10 + +digit;
  if (!cursor.take(")")) cursor.fail(60, cursor.position + 1);
}

/** Octets before the first character that is not UTF-8. */
function validLength(bytes: string): number {
  for (let at = 0; ; ) {
    const width = [1, 2, 3, 4].find((count) => textOf(bytes.slice(at, at + count)) !== undefined);
    if (width === undefined || at >= bytes.length) return at;
    at += width;
  }
}
