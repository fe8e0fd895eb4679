import { readName, readNumber } from "../cursor.js";
import { Unreadable } from "../messages.js";
import type { Condition, Node } from "../syntax.js";
import { MAX_GROUP_NUMBER, readRelative } from "./backslash.js";
import { skipComment } from "./comment.js";
import { readAlphaLook, readGroupBranches, readLook } from "./look.js";
import { fixed, type Item, type ParseState } from "./state.js";

/** The PCRE2 that `(?(VERSION` asks for. */
const VERSION = 10.42;
const MAX_VERSION = 1000;

/** Reads a conditional group whose `(?(` is behind the cursor. */
export function readCondition(state: ParseState, at: number): Node {
  const { cursor } = state;
  const start = cursor.position;
  state.depth += 1;
  const test = readTest(state);
  state.depth -= 1;
  const end = cursor.position;
  const [yes, no, ...more] = readGroupBranches(state);
  const isNamed = test.kind !== "look" && test.kind !== "constant";
  const mark = /^(?:R&|[<'])?/.exec(cursor.text.slice(start, end))?.[0] ?? "";
  const isNumbered = test.kind === "group" && typeof test.to === "number";
  const faultAt = isNumbered ? end - 5 : isNamed ? start + mark.length : 0;
  if (test.kind === "define" && no !== undefined) state.late.push({ number: 54, at: start });
  else if (more.length > 0) state.late.push({ number: 27, at: faultAt });
  return { type: "condition", test, yes: yes!, no, at };
}

/** Reads what stands in the parentheses of a condition, and the closing one. */
function readTest(state: ParseState): Condition {
  const { cursor } = state;
  if (cursor.atEnd) cursor.fail(14);
  if (/[?*]/.test(cursor.peek())) return readLookTest(state);
  const number = readRelative(state);
  if (number !== undefined) {
    // Group 0 can be called, not tested.
    if (number === 0) cursor.fail(15);
    state.late.push({ number: 15, to: number, at: cursor.position - 2 });
    return closed(state, { kind: "group", to: number });
  }
  const rest = cursor.text.slice(cursor.position, cursor.position + 10);
  if (rest.length === 10 && /^VERSION[^)]/.test(rest)) return readVersionTest(state);
  return readNameTest(state);
}

function closed({ cursor }: ParseState, test: Condition): Condition {
  if (!cursor.take(")")) cursor.fail(24);
  return test;
}

/** A lookaround, perhaps behind comments and a callout. */
function readLookTest(state: ParseState): Condition {
  const { cursor } = state;
  cursor.position -= 1;
  for (let callouts = 0; ; callouts += 1) {
    while (skipComment(state));
    if (cursor.take("\\Q") && !cursor.atEnd) cursor.fail(28);
    if (cursor.atEnd) cursor.fail(14);
    const start = cursor.position;
    const opening = cursor.takeMatch(/\((?:\?(?:C|<?[=!])|(?=\*[a-z]))/y);
    if (cursor.text.length - start < 4) cursor.fail(28, start);
    if (opening === "(") return { kind: "look", look: readAlphaLook(state) };
    if (opening === "" || (opening === "(?C" && callouts > 0)) cursor.fail(28, start);
    if (opening !== "(?C") return { kind: "look", look: readLook(state, opening.slice(2), start) };
    readCallout(state);
  }
}

function readVersionTest(state: ParseState): Condition {
  const { cursor } = state;
  cursor.position += "VERSION".length;
  const isLeast = cursor.take(">");
  if (!cursor.take("=")) cursor.fail(79);
  const start = cursor.position;
  if (readNumber(cursor, MAX_VERSION, 79) === undefined || cursor.atEnd) cursor.fail(79);
  if (cursor.take(".")) {
    if (cursor.takeMatch(/[0-9]{1,2}/y) === "" || cursor.peek() !== ")") cursor.fail(79);
  }
  const wanted = Number(cursor.text.slice(start, cursor.position));
  if (cursor.version !== "10.42") throw new Unreadable("a test of the version", start);
  cursor.noteVersion(start, "a test of the version");
  return closed(state, { kind: "constant", value: isLeast ? VERSION >= wanted : VERSION === wanted });
}

function readNameTest(state: ParseState): Condition {
  const { cursor } = state;
  const sign = cursor.takeMatch(/R&|[<']/y);
  const start = cursor.position;
  const name = readName(cursor, sign === "<" ? ">" : sign === "'" ? "'" : ")");
  const exists = { number: 15, to: name, at: start } as const;
  if (sign === "R&") {
    state.late.push(exists);
    return { kind: "recursion", to: name };
  }
  if (sign !== "") {
    state.late.push(exists);
    return closed(state, { kind: "group", to: name });
  }
  if (name === "DEFINE") return { kind: "define" };
  const [, digits] = /^R([0-9]*)$/.exec(name) ?? [];
  if (digits === undefined || state.names.has(name)) {
    state.late.push(exists);
    return { kind: "group", to: name };
  }
  if (digits === "") return { kind: "recursion", to: undefined };
  const to = Number(digits);
  if (to <= MAX_GROUP_NUMBER) state.late.push({ number: 15, to, at: start });
  else {
    let read = 1;
    while (Number(digits.slice(0, read)) <= MAX_GROUP_NUMBER) read += 1;
    state.late.push({ number: 61, at: start + read });
  }
  return { kind: "recursion", to };
}

/** Reads a callout whose `(?C` is behind the cursor. Postfix sets no callout function, so PCRE2 goes past it. */
export function readCallout(state: ParseState): Item {
  const { cursor } = state;
  const start = cursor.position;
  if (cursor.atEnd) cursor.fail(14);
  if (/[0-9]/.test(cursor.peek())) readNumber(cursor, 255, 38);
  else if (cursor.peek() !== ")") readCalloutText(state);
  if (!cursor.take(")")) cursor.fail(39);
  state.size += 10 + cursor.position - start;
  return fixed({ type: "sequence", items: [] });
}

function readCalloutText({ cursor }: ParseState): void {
  const start = cursor.position;
  const open = cursor.next();
  if (!/[`'"^%#${]/.test(open)) cursor.fail(82, start);
  const close = open === "{" ? "}" : open;
  do {
    const end = cursor.text.indexOf(close, cursor.position);
    if (end < 0) cursor.fail(81, start);
    cursor.position = end + 1;
  } while (cursor.take(close));
}
