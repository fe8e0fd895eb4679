import { readName } from "../cursor.js";
import type { Node } from "../syntax.js";
import { addCall, addReference, readRelative } from "./backslash.js";
import { readCallout, readCondition } from "./condition.js";
import { readAlphaGroup, readGroup, readLook } from "./look.js";
import { type Flags, fixed, type Item, item, type ParseState } from "./state.js";

const MAX_GROUPS = 65_535;

const OPTION_LETTERS: Readonly<Record<string, keyof Flags>> = {
  i: "caseless",
  m: "multiline",
  s: "dotAll",
  x: "extended",
  U: "ungreedy",
  n: "noAutoCapture",
  J: "duplicateNames",
};

const VERBS = new Set(["ACCEPT", "F", "FAIL", "COMMIT", "MARK", "", "PRUNE", "SKIP", "THEN"]);
const MAX_VERB_NAME = 255;

/** Reads what a parenthesis, which is behind the cursor, begins; nothing where it changes options. */
export function readParenthesis(state: ParseState, at: number): Item | undefined {
  const { cursor } = state;
  if (cursor.peek() === "*") {
    if (/[a-z]/.test(cursor.peek(1))) return readAlphaGroup(state, at);
    if (!/^\)?$/.test(cursor.peek(1))) return readVerb(state, at);
  }
  if (!cursor.take("?")) return item(state.flags.noAutoCapture ? readGroup(state) : readCapture(state, undefined));
  if (cursor.atEnd) cursor.fail(14);
  const kind = cursor.takeMatch(/<[=!*]|P[<=>]?|[:|>=!*<'&(RC]|[+-]?(?=[0-9])|\+/y);
  switch (kind) {
    case ":":
      return item(readGroup(state));
    case "|":
      state.resetsNumbers = true;
      return item(readGroup(state, { resetNumbers: true }));
    case ">":
      return item({ type: "atomic", body: readGroup(state), at });
    case "=":
    case "!":
    case "*":
    case "<=":
    case "<!":
    case "<*":
      return item(readLook(state, kind, at));
    case "<":
    case "P<":
      return item(readCapture(state, readName(cursor, ">")));
    case "'":
      return item(readCapture(state, readName(cursor, "'")));
    case "P=":
    case "P>":
    case "&": {
      const start = cursor.position;
      const add = kind === "P=" ? addReference : addCall;
      return add(state, readName(cursor, ")"), at, start);
    }
    case "P":
      return cursor.fail(cursor.atEnd ? 14 : 41);
    case "(":
      return item(readCondition(state, at));
    case "C":
      return readCallout(state);
    case "R":
      if (!cursor.take(")")) cursor.fail(58);
      return addCall(state, 0, at, cursor.position - 1);
  }
  if (kind === "+" || /[0-9]/.test(cursor.peek())) return readNumberedCall(state, at, kind);
  return readOptions(state);
}

function readNumberedCall(state: ParseState, at: number, sign: string): Item {
  const { cursor } = state;
  cursor.position -= sign.length;
  const number = readRelative(state) ?? cursor.fail(29);
  if (!cursor.take(")")) cursor.fail(14);
  return addCall(state, number, at, cursor.position - 1);
}

function readCapture(state: ParseState, name: string | undefined): Node {
  const { cursor } = state;
  state.groups += 1;
  if (state.groups > MAX_GROUPS) cursor.fail(97);
  state.captureCount = Math.max(state.captureCount, state.groups);
  const index = state.groups;
  if (name !== undefined) addName(state, name, index);
  return { type: "capture", index, body: readGroup(state) };
}

function addName({ cursor, names, nameOf, flags }: ParseState, name: string, index: number): void {
  const other = nameOf.get(index);
  const numbers = names.get(name);
  if (numbers === undefined) {
    if (other !== undefined) cursor.fail(65);
    names.set(name, [index]);
  } else if (!numbers.includes(index)) {
    if (!flags.duplicateNames) cursor.fail(43);
    if (other !== undefined && other !== name) cursor.fail(65);
    numbers.push(index);
  }
  nameOf.set(index, name);
}

function readVerb(state: ParseState, at: number): Item {
  const { cursor } = state;
  cursor.next();
  const name = cursor.takeMatch(/[A-Za-z0-9_]*/y);
  const terminator = cursor.peek();
  if (!VERBS.has(name) || (terminator !== ":" && terminator !== ")")) return cursor.fail(60);
  let argument = "";
  if (terminator === ":") {
    cursor.next();
    argument = cursor.takeMatch(/[^)]*/y);
    if (cursor.atEnd) cursor.fail(60);
    if (argument.length > MAX_VERB_NAME) cursor.fail(76);
  }
  if (argument === "" && (name === "MARK" || name === "")) cursor.fail(66);
  cursor.next();
  const plain = name === "F" ? "FAIL" : name === "" ? "MARK" : name;
  if (plain === "FAIL") return fixed({ type: "set", set: [] });
  return { node: { type: "verb", name: plain, argument, at }, repeatable: plain === "ACCEPT" };
}

function readOptions(state: ParseState): Item | undefined {
  const { cursor } = state;
  let flags = state.flags;
  const reset = cursor.take("^");
  if (reset) {
    flags = { ...flags, caseless: false, multiline: false, dotAll: false, extended: false };
    flags = { ...flags, extendedMore: false, noAutoCapture: false };
  }
  let value = true;
  let more = false;
  for (;;) {
    if (cursor.atEnd) cursor.fail(14);
    const char = cursor.next();
    if (char === ")") {
      state.flags = flags;
      return undefined;
    }
    if (char === ":") return item(readGroup(state, { flags }));
    if (char === "-") {
      if (reset || !value) cursor.fail(94, cursor.position - 1);
      value = false;
      continue;
    }
    const option = Object.hasOwn(OPTION_LETTERS, char) ? OPTION_LETTERS[char] : undefined;
    if (option === undefined) return cursor.fail(11, cursor.position - 1);
    flags = { ...flags, [option]: value };
    if (char === "x") {
      // `(?xxx` is `(?xx`, but `(?x` ends an `(?xx` before it.
      more = cursor.take("x") || more;
      flags = { ...flags, extendedMore: value && more };
    }
  }
}
