import type { ByteSet } from "./byte-set.js";
import type { Assertion, Node, Pattern } from "./syntax.js";

/**
 * Writes a pattern as the source of a JavaScript expression without flags, for latin1 text.
 *
 * Exact only for patterns that the gate lets through.
 */
export function emitPattern(pattern: Pattern): string {
  const source = emit(pattern.root);
  // A leading `.*` that takes every octet cannot start a match later than at the start: say so, or failing is quadratic.
  return pattern.anchored || startsAnywhere(pattern.root) ? `^(?:${source})` : source;
}

/** Whether each way into the node is an unlimited run of any octets. */
export function startsAnywhere(node: Node): boolean {
  switch (node.type) {
    case "sequence":
      return node.items[0] !== undefined && startsAnywhere(node.items[0]);
    case "alternatives":
      return node.items.every(startsAnywhere);
    case "capture":
      return startsAnywhere(node.body);
    case "repeat":
      return node.max === Number.POSITIVE_INFINITY && node.body.type === "set" && isEveryByte(node.body.set);
    default:
      return false;
  }
}

function isEveryByte(set: ByteSet): boolean {
  return set.length === 1 && set[0]?.[0] === 0 && set[0][1] === 255;
}

const ASSERTIONS: Readonly<Record<Assertion, string>> = {
  start: "^",
  end: "$",
  dollar: "(?=\\n?$)",
  // PCRE2 sees no line behind a final newline.
  "line-start": "(?:^|(?<=\\n)(?=[^]))",
  "line-end": "(?=\\n|$)",
  "word-boundary": "\\b",
  "no-word-boundary": "\\B",
};

function emit(node: Node): string {
  switch (node.type) {
    case "set":
      return emitSet(node.set);
    case "sequence":
      return node.items.map((item) => (item.type === "alternatives" ? `(?:${emit(item)})` : emit(item))).join("");
    case "alternatives":
      return node.items.map((item) => (item.type === "alternatives" ? `(?:${emit(item)})` : emit(item))).join("|");
    case "capture":
      return `(${emit(node.body)})`;
    case "look":
      return `(?${node.behind ? "<" : ""}${node.negative ? "!" : "="}${emit(node.body)})`;
    case "assertion":
      return ASSERTIONS[node.kind];
    case "repeat":
      return emitRepeat(node);
    default:
      throw new TypeError(`the gate let a ${node.type} through`);
  }
}

function emitRepeat({ body, min, max, mode }: Node & { readonly type: "repeat" }): string {
  const atom = body.type === "set" || body.type === "capture" ? emit(body) : `(?:${emit(body)})`;
  const upper = max === Number.POSITIVE_INFINITY ? "" : String(max);
  const counts = min === max ? `{${min}}` : `{${min},${upper}}`;
  const short = { "{0,}": "*", "{1,}": "+", "{0,1}": "?" }[counts] ?? counts;
  return `${atom}${short}${mode === "lazy" ? "?" : ""}`;
}

function emitSet(set: ByteSet): string {
  const [first] = set;
  if (first === undefined) return "[]";
  if (set.length === 1 && first[0] === first[1]) return emitByte(first[0]);
  if (isEveryByte(set)) return "[^]";
  const ranges = set.map(([low, high]) => (low === high ? emitByte(low) : `${emitByte(low)}-${emitByte(high)}`));
  return `[${ranges.join("")}]`;
}

function emitByte(byte: number): string {
  const char = String.fromCharCode(byte);
  return /[A-Za-z0-9@]/.test(char) ? char : `\\x${byte.toString(16).padStart(2, "0")}`;
}
