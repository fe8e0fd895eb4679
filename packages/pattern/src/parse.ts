import { posixItem, readBracket } from "./bracket.js";
import { ANY_BYTE, type ByteSet, byteSet, complement, foldCase, POSIX_SETS } from "./byte-set.js";
import { Cursor, readName, readNumber } from "./cursor.js";
import { readEscape } from "./escape.js";
import { checkLookbehinds } from "./lookbehind.js";
import { Fault } from "./messages.js";
import type { Assertion, Condition, Mode, Node, Pattern, PatternOptions, SyntaxFault } from "./syntax.js";

/** PCRE2's own limit of nested parentheses. */
export const MAX_DEPTH = 250;

/** The PCRE2 that `(?(VERSION` asks for. */
const VERSION = 10.42;
const MAX_REPEAT = 65_535;
const MAX_GROUPS = 65_535;
/** The largest group number that PCRE2 reads. */
const MAX_GROUP_NUMBER = 65_535;

/**
 * Parses a pattern as PCRE2 10.42 does, without UTF unless the pattern says so.
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
  try {
    return { ok: true, pattern: new Parser(bytes, options).parse() };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ok: false, code: "syntax", offset: error.offset, message: error.message };
  }
}

/** The options that a pattern can change as it goes. */
interface Flags {
  readonly caseless: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly extended: boolean;
  readonly extendedMore: boolean;
  readonly ungreedy: boolean;
  readonly noAutoCapture: boolean;
  readonly duplicateNames: boolean;
}

const OPTION_LETTERS: Readonly<Record<string, keyof Flags>> = {
  i: "caseless",
  m: "multiline",
  s: "dotAll",
  x: "extended",
  U: "ungreedy",
  n: "noAutoCapture",
  J: "duplicateNames",
};

const SETTING =
  /\(\*(?:(UTF8?|UCP|NO_AUTO_POSSESS|NO_DOTSTAR_ANCHOR|NO_JIT|NO_START_OPT|NOTEMPTY_ATSTART|NOTEMPTY|CR|LF|CRLF|ANY|NUL|ANYCRLF|BSR_ANYCRLF|BSR_UNICODE)|(LIMIT_MATCH|LIMIT_DEPTH|LIMIT_RECURSION|LIMIT_HEAP)=[0-9]{1,10})\)/y;

/** Names of `(*name:...)` groups, and the group of plain syntax that each is. */
const ALPHA_GROUPS: Readonly<Record<string, "=" | "!" | "<=" | "<!" | ">" | "*" | "<*" | "sr" | "asr">> = {
  pla: "=",
  positive_lookahead: "=",
  nla: "!",
  negative_lookahead: "!",
  plb: "<=",
  positive_lookbehind: "<=",
  nlb: "<!",
  negative_lookbehind: "<!",
  atomic: ">",
  napla: "*",
  non_atomic_positive_lookahead: "*",
  naplb: "<*",
  non_atomic_positive_lookbehind: "<*",
  sr: "sr",
  script_run: "sr",
  asr: "asr",
  atomic_script_run: "asr",
};

const VERBS = new Set(["ACCEPT", "F", "FAIL", "COMMIT", "MARK", "", "PRUNE", "SKIP", "THEN"]);
const MAX_VERB_NAME = 255;
const WORD: ByteSet = POSIX_SETS["word"] ?? [];
const NEWLINE: ByteSet = byteSet([10, 10]);

const setNodes = new Map<number, Node>();

/** The node of one octet, shared: patterns are mostly literals. */
function literal(byte: number, caseless: boolean): Node {
  const key = caseless ? byte | 0x100 : byte;
  let node = setNodes.get(key);
  if (node === undefined) {
    const set = byteSet([byte, byte]);
    node = { type: "set", set: caseless ? foldCase(set) : set };
    setNodes.set(key, node);
  }
  return node;
}

function alternatives(branches: readonly Node[]): Node {
  return branches.length === 1 ? branches[0]! : { type: "alternatives", items: branches };
}

/** A branch as it is read: its items, and whether a quantifier may follow the last. */
interface Branch {
  readonly items: Node[];
  repeatable: boolean;
}

/** How a group's branches are read. */
interface GroupOptions {
  readonly flags?: Flags;
  /** `(?|`: each alternative numbers its groups from the same number. */
  readonly resetNumbers?: boolean;
}

class Parser {
  private readonly cursor: Cursor;
  private flags: Flags;
  private depth = 0;
  private lookDepth = 0;
  /** The number of the last group opened; within `(?|` it goes back. */
  private groups = 0;
  private captureCount = 0;
  private readonly names = new Map<string, number[]>();
  private readonly nameOf = new Map<number, string>();
  private readonly references: { readonly to: number | string; readonly at: number }[] = [];
  private readonly dollarEndOnly: boolean;
  private readonly anchored: boolean;

  constructor(bytes: string, options: PatternOptions) {
    this.cursor = new Cursor(bytes);
    this.flags = {
      caseless: options.caseless ?? false,
      multiline: options.multiline ?? false,
      dotAll: options.dotAll ?? false,
      extended: options.extended ?? false,
      extendedMore: false,
      ungreedy: options.ungreedy ?? false,
      noAutoCapture: false,
      duplicateNames: false,
    };
    this.dollarEndOnly = options.dollarEndOnly ?? false;
    this.anchored = options.anchored ?? false;
  }

  parse(): Pattern {
    const settings = this.readSettings();
    const root = alternatives(this.readBranches({}));
    if (!this.cursor.atEnd) this.cursor.fail(22);
    checkLookbehinds(root, this.names);
    for (const { to, at } of this.references) this.checkReference(to, at);
    return { root, captureCount: this.captureCount, names: this.names, anchored: this.anchored, settings };
  }

  private readSettings(): Pattern["settings"] {
    const settings: { name: string; at: number }[] = [];
    for (;;) {
      SETTING.lastIndex = this.cursor.position;
      const found = SETTING.exec(this.cursor.text);
      if (found === null) return settings;
      settings.push({ name: found[1] ?? found[2] ?? "", at: this.cursor.position });
      this.cursor.position += found[0].length;
    }
  }

  private checkReference(to: number | string, at: number): void {
    const exists = typeof to === "string" ? this.names.has(to) : to <= this.captureCount;
    if (!exists) this.cursor.fail(15, at);
  }

  /** Reads branches up to a closing parenthesis, which stays, or the end. */
  private readBranches(options: GroupOptions): readonly Node[] {
    const { cursor } = this;
    const branches: Node[] = [];
    const firstGroup = this.groups;
    let lastGroup = firstGroup;
    for (;;) {
      if (options.resetNumbers) this.groups = firstGroup;
      branches.push(this.readBranch());
      lastGroup = Math.max(lastGroup, this.groups);
      if (cursor.peek() !== "|" || cursor.atEnd) break;
      cursor.next();
    }
    this.groups = lastGroup;
    return branches;
  }

  private readBranch(): Node {
    const { cursor } = this;
    const branch: Branch = { items: [], repeatable: false };
    while (!cursor.atEnd && cursor.peek() !== "|" && cursor.peek() !== ")") {
      if (this.skipComment()) continue;
      this.readItem(branch);
    }
    return branch.items.length === 1 ? branch.items[0]! : { type: "sequence", items: branch.items };
  }

  /** Skips what means nothing, and leaves what stood before it open to a quantifier. */
  private skipComment(): boolean {
    const { cursor, flags } = this;
    if (flags.extended) {
      if (/[\t-\r \x85]/.test(cursor.peek())) {
        cursor.next();
        return true;
      }
      if (cursor.peek() === "#") {
        cursor.takeMatch(/[^\n]*\n?/y);
        return true;
      }
    }
    if (cursor.take("\\E")) return true;
    if (cursor.peek() === "(" && cursor.text.startsWith("(?#", cursor.position)) {
      cursor.position += 3;
      cursor.takeMatch(/[^)]*/y);
      if (!cursor.take(")")) cursor.fail(18);
      return true;
    }
    return false;
  }

  private readItem(branch: Branch): void {
    const { cursor, flags } = this;
    const at = cursor.position;
    const char = cursor.next();
    switch (char) {
      case "^":
        return this.addAssertion(branch, flags.multiline ? "line-start" : "start");
      case "$":
        return this.addAssertion(branch, this.dollarKind());
      case ".":
        return this.add(branch, { type: "set", set: flags.dotAll ? ANY_BYTE : complement(NEWLINE) });
      case "[":
        return this.readClass(branch, at);
      case "\\":
        return this.readBackslash(branch, at);
      case "(":
        return this.readParenthesis(branch, at);
      case "*":
        return this.addRepeat(branch, 0, Number.POSITIVE_INFINITY);
      case "+":
        return this.addRepeat(branch, 1, Number.POSITIVE_INFINITY);
      case "?":
        return this.addRepeat(branch, 0, 1);
      case "{":
        if (/^[0-9]+(?:,[0-9]*)?\}/.test(cursor.text.slice(cursor.position, cursor.position + 40))) {
          return this.readCounts(branch);
        }
    }
    this.add(branch, literal(char.charCodeAt(0), flags.caseless));
  }

  private add(branch: Branch, node: Node, repeatable = true): void {
    branch.items.push(node);
    branch.repeatable = repeatable;
  }

  private addAssertion(branch: Branch, kind: Assertion): void {
    this.add(branch, { type: "assertion", kind }, false);
  }

  private dollarKind(): Assertion {
    if (this.flags.multiline) return "line-end";
    return this.dollarEndOnly ? "end" : "dollar";
  }

  private readCounts(branch: Branch): void {
    const { cursor } = this;
    const min = readNumber(cursor, MAX_REPEAT, 5) ?? 0;
    let max = min;
    if (cursor.take(",")) {
      max = readNumber(cursor, MAX_REPEAT, 5) ?? Number.POSITIVE_INFINITY;
      if (max < min) cursor.fail(4);
    }
    cursor.next();
    this.addRepeat(branch, min, max);
  }

  private addRepeat(branch: Branch, min: number, max: number): void {
    const { cursor, flags } = this;
    if (!branch.repeatable) cursor.fail(9, cursor.position - 1);
    while (this.skipComment());
    let mode: Mode = flags.ungreedy ? "lazy" : "greedy";
    if (cursor.take("+")) mode = "possessive";
    else if (cursor.take("?")) mode = flags.ungreedy ? "greedy" : "lazy";
    const body = branch.items.pop()!;
    this.add(branch, { type: "repeat", body, min, max, mode }, false);
  }

  private readClass(branch: Branch, at: number): void {
    const { cursor, flags } = this;
    const boundary = cursor.take("[:<:]]") ? "<" : cursor.take("[:>:]]") ? ">" : undefined;
    if (boundary !== undefined) {
      const look = { type: "look", negative: false, atomic: true, at } as const;
      const word: Node = { type: "set", set: WORD };
      this.addAssertion(branch, "word-boundary");
      return this.add(branch, { ...look, behind: boundary === ">", body: word });
    }
    const posix = posixItem(cursor.text, at);
    if (posix !== undefined) cursor.fail(posix.kind === ":" ? 12 : 13, at);
    const bracket = readBracket(cursor, { caseless: flags.caseless, skipBlanks: flags.extendedMore });
    if ("set" in bracket) this.add(branch, { type: "set", set: bracket.set });
    else this.add(branch, { type: "unsupported", what: `${bracket.property} in a class`, at });
  }

  private readBackslash(branch: Branch, at: number): void {
    const { cursor, flags } = this;
    if (cursor.take("Q")) {
      while (!cursor.atEnd && !cursor.take("\\E")) {
        this.add(branch, literal(cursor.next().charCodeAt(0), flags.caseless));
      }
      return;
    }
    const escape = readEscape(cursor, this.groups, false);
    switch (escape.kind) {
      case "byte":
        return this.add(branch, literal(escape.byte, flags.caseless));
      case "set":
        return this.add(branch, { type: "set", set: escape.set });
      case "reference":
        return this.addReference(branch, escape.number, at, cursor.position - 1);
      case "property":
        return this.add(branch, { type: "unsupported", what: escape.text, at });
      case "letter":
        return this.addLetter(branch, escape.letter, at);
    }
  }

  private addLetter(branch: Branch, letter: string, at: number): void {
    const { cursor } = this;
    switch (letter) {
      case "A":
      case "G":
        return this.addAssertion(branch, "start");
      case "Z":
        return this.addAssertion(branch, "dollar");
      case "z":
        return this.addAssertion(branch, "end");
      case "b":
        return this.addAssertion(branch, "word-boundary");
      case "B":
        return this.addAssertion(branch, "no-word-boundary");
      case "N":
        return this.add(branch, { type: "set", set: complement(NEWLINE) });
      case "C":
        return this.add(branch, { type: "set", set: ANY_BYTE });
      case "R":
        return this.add(branch, { type: "newline-sequence", at });
      case "X":
        return this.add(branch, { type: "unsupported", what: "\\X", at });
      case "K":
        if (this.lookDepth > 0) cursor.fail(99);
        return this.add(branch, { type: "keep", at }, false);
      case "k":
        return this.readNamedReference(branch, at);
      case "g":
        return this.readG(branch, at);
    }
  }

  private addReference(branch: Branch, to: number | string, at: number, faultAt: number): void {
    this.references.push({ to, at: faultAt });
    this.add(branch, { type: "reference", to, caseless: this.flags.caseless, at });
  }

  private readNamedReference(branch: Branch, at: number): void {
    const { cursor } = this;
    const terminator = { "{": "}", "<": ">", "'": "'" }[cursor.peek()];
    if (terminator === undefined) return cursor.fail(69);
    cursor.next();
    const start = cursor.position;
    this.addReference(branch, readName(cursor, terminator), at, start);
  }

  /** `\g`: a reference in braces or bare, a call in angle brackets or quotes. */
  private readG(branch: Branch, at: number): void {
    const { cursor } = this;
    const start = cursor.position;
    const terminator = { "{": "}", "<": ">", "'": "'" }[cursor.peek()];
    if (terminator !== undefined) cursor.next();
    const isCall = terminator === ">" || terminator === "'";
    const nameStart = cursor.position;
    const number = this.readRelative(start);
    if (number === undefined) {
      if (terminator === undefined) return cursor.fail(57, start);
      const name = readName(cursor, terminator);
      return isCall ? this.addCall(branch, name, at, nameStart) : this.addReference(branch, name, at, nameStart);
    }
    if (terminator !== undefined && !cursor.take(terminator)) cursor.fail(57, start);
    if (isCall) return this.addCall(branch, number, at, cursor.position - 2);
    if (number <= 0) cursor.fail(15, terminator === undefined ? cursor.position : start);
    this.addReference(branch, number, at, cursor.position - 1);
  }

  /** A group number, perhaps relative; undefined where no number stands. */
  private readRelative(faultAt?: number): number | undefined {
    const { cursor } = this;
    const start = cursor.position;
    const sign = /[+-]/.test(cursor.peek()) ? cursor.next() : "";
    const number = readNumber(cursor, MAX_GROUP_NUMBER, 61);
    if (number === undefined) {
      cursor.position = start;
      return undefined;
    }
    if (sign === "") return number;
    if (number === 0) cursor.fail(26, faultAt);
    if (sign === "+") return this.groups + number;
    if (number > this.groups) cursor.fail(15, faultAt);
    return this.groups - number + 1;
  }

  private addCall(branch: Branch, to: number | string, at: number, faultAt: number): void {
    this.references.push({ to, at: faultAt });
    this.add(branch, { type: "call", to, at });
  }

  private readParenthesis(branch: Branch, at: number): void {
    const { cursor } = this;
    if (cursor.peek() === "*") {
      if (/[a-z]/.test(cursor.peek(1))) return this.readAlphaGroup(branch, at);
      if (/[A-Z:]/.test(cursor.peek(1))) return this.readVerb(branch, at);
    }
    if (!cursor.take("?")) {
      if (this.flags.noAutoCapture) return this.add(branch, this.readGroup({}));
      return this.add(branch, this.readCapture());
    }
    if (cursor.atEnd) cursor.fail(14);
    const kind = cursor.takeMatch(/<[=!*]|P[<=>]?|[:|>=!*<'&(RC]|[+-]?(?=[0-9])/y);
    switch (kind) {
      case ":":
        return this.add(branch, this.readGroup({}));
      case "|":
        return this.add(branch, this.readGroup({ resetNumbers: true }));
      case ">":
        return this.add(branch, { type: "atomic", body: this.readGroup({}), at });
      case "=":
      case "!":
      case "*":
      case "<=":
      case "<!":
      case "<*":
        return this.add(branch, this.readLook(kind, at));
      case "<":
        return this.add(branch, this.readNamedCapture(">"));
      case "P<":
        return this.add(branch, this.readNamedCapture(">"));
      case "'":
        return this.add(branch, this.readNamedCapture("'"));
      case "P=": {
        const start = cursor.position;
        return this.addReference(branch, readName(cursor, ")"), at, start);
      }
      case "&":
      case "P>": {
        const start = cursor.position;
        return this.addCall(branch, readName(cursor, ")"), at, start);
      }
      case "P":
        return cursor.atEnd ? cursor.fail(14) : cursor.fail(41);
      case "(":
        return this.add(branch, this.readCondition(at));
      case "C":
        return this.readCallout(branch, at);
      case "R":
        if (!cursor.take(")")) cursor.fail(58);
        return this.addCall(branch, 0, at, at);
    }
    if (/[0-9]/.test(cursor.peek()) || cursor.peek() === "+") return this.readNumberedCall(branch, at, kind);
    this.readOptions(branch);
  }

  private readNumberedCall(branch: Branch, at: number, sign: string): void {
    const { cursor } = this;
    cursor.position -= sign.length;
    const number = this.readRelative() ?? cursor.fail(29);
    if (!cursor.take(")")) cursor.fail(14);
    this.addCall(branch, number, at, cursor.position - 2);
  }

  /** Reads a group's body and its closing parenthesis; options set in it end with it. */
  private readGroup(options: GroupOptions): Node {
    return alternatives(this.readGroupBranches(options));
  }

  private readGroupBranches(options: GroupOptions): readonly Node[] {
    const { cursor } = this;
    if (this.depth >= MAX_DEPTH) cursor.fail(19);
    const { flags } = this;
    this.depth += 1;
    if (options.flags !== undefined) this.flags = options.flags;
    const branches = this.readBranches(options);
    this.flags = flags;
    this.depth -= 1;
    if (!cursor.take(")")) cursor.fail(14);
    return branches;
  }

  private openCapture(): number {
    this.groups += 1;
    if (this.groups > MAX_GROUPS) this.cursor.fail(97);
    this.captureCount = Math.max(this.captureCount, this.groups);
    return this.groups;
  }

  private readCapture(): Node {
    const index = this.openCapture();
    return { type: "capture", index, body: this.readGroup({}) };
  }

  private readNamedCapture(terminator: string): Node {
    const { cursor } = this;
    const name = readName(cursor, terminator);
    const index = this.openCapture();
    const other = this.nameOf.get(index);
    const numbers = this.names.get(name);
    if (numbers === undefined) {
      if (other !== undefined) cursor.fail(65);
      this.names.set(name, [index]);
    } else if (!numbers.includes(index)) {
      if (!this.flags.duplicateNames) cursor.fail(43, cursor.position - terminator.length);
      if (other !== undefined && other !== name) cursor.fail(65);
      numbers.push(index);
    }
    this.nameOf.set(index, name);
    return { type: "capture", index, body: this.readGroup({}) };
  }

  private readLook(kind: string, at: number): Node {
    this.lookDepth += 1;
    const body = this.readGroup({});
    this.lookDepth -= 1;
    return {
      type: "look",
      behind: kind.startsWith("<"),
      negative: kind.endsWith("!"),
      atomic: !kind.endsWith("*"),
      body,
      at,
    };
  }

  private readAlphaGroup(branch: Branch, at: number): void {
    const { cursor } = this;
    cursor.next();
    const name = cursor.takeMatch(/[A-Za-z0-9_]*/y);
    const kind = Object.hasOwn(ALPHA_GROUPS, name) ? ALPHA_GROUPS[name] : undefined;
    if (cursor.peek() !== ":" || kind === undefined) return cursor.fail(95);
    cursor.next();
    switch (kind) {
      case "sr":
        return this.add(branch, this.readGroup({}));
      case "asr":
      case ">":
        return this.add(branch, { type: "atomic", body: this.readGroup({}), at });
      default:
        return this.add(branch, this.readLook(kind, at));
    }
  }

  private readVerb(branch: Branch, at: number): void {
    const { cursor } = this;
    cursor.next();
    const name = cursor.takeMatch(/[A-Z_]*/y);
    const terminator = cursor.peek();
    if (!VERBS.has(name) || (terminator !== ":" && terminator !== ")")) return cursor.fail(60);
    if (terminator === ":") {
      cursor.next();
      const argument = cursor.takeMatch(/[^)]*/y);
      if (cursor.atEnd) cursor.fail(60);
      if (argument.length > MAX_VERB_NAME) cursor.fail(76);
      if (argument === "" && (name === "MARK" || name === "")) cursor.fail(66);
    } else if (name === "MARK") cursor.fail(66);
    cursor.next();
    const plain = name === "F" ? "FAIL" : name === "" ? "MARK" : name;
    if (plain === "FAIL") this.add(branch, { type: "set", set: [] }, false);
    else this.add(branch, { type: "verb", name: plain, at }, plain === "ACCEPT");
  }

  private readCallout(branch: Branch, at: number): void {
    const { cursor } = this;
    if (cursor.atEnd) cursor.fail(14);
    if (/[0-9]/.test(cursor.peek())) readNumber(cursor, 255, 38);
    else if (cursor.peek() !== ")") this.readCalloutText();
    if (!cursor.take(")")) cursor.fail(39);
    this.add(branch, { type: "unsupported", what: "a callout", at }, false);
  }

  private readCalloutText(): void {
    const { cursor } = this;
    const start = cursor.position;
    const open = cursor.next();
    if (!/[`'"^%#${]/.test(open)) cursor.fail(82, start);
    const close = open === "{" ? "}" : open;
    for (;;) {
      const end = cursor.text.indexOf(close, cursor.position);
      if (end < 0) cursor.fail(81, start);
      cursor.position = end + 1;
      if (cursor.peek() !== close) return;
      cursor.next();
    }
  }

  private readOptions(branch: Branch): void {
    const { cursor } = this;
    let flags = this.flags;
    const reset = cursor.take("^");
    if (reset) {
      flags = { ...flags, caseless: false, multiline: false, dotAll: false, extended: false };
      flags = { ...flags, extendedMore: false, noAutoCapture: false };
    }
    let value = true;
    for (;;) {
      if (cursor.atEnd) cursor.fail(14);
      const char = cursor.next();
      if (char === ")") {
        this.flags = flags;
        branch.repeatable = false;
        return;
      }
      if (char === ":") return this.add(branch, this.readGroup({ flags }));
      if (char === "-") {
        if (reset || !value) cursor.fail(94);
        value = false;
        continue;
      }
      const option = Object.hasOwn(OPTION_LETTERS, char) ? OPTION_LETTERS[char] : undefined;
      if (option === undefined) return cursor.fail(11, cursor.position - 1);
      flags = { ...flags, [option]: value };
      if (char === "x") flags = { ...flags, extendedMore: value && cursor.take("x") };
    }
  }

  private readCondition(at: number): Node {
    const { cursor } = this;
    const start = cursor.position;
    this.depth += 1;
    const test = this.readTest();
    this.depth -= 1;
    const [yes, no, ...more] = this.readGroupBranches({});
    if (test.kind === "define" && no !== undefined) cursor.fail(54, start);
    if (more.length > 0) cursor.fail(27, start);
    return { type: "condition", test, yes: yes!, no: no ?? { type: "sequence", items: [] }, at };
  }

  /** Reads what stands in the parentheses of a condition, and the closing one. */
  private readTest(): Condition {
    const { cursor } = this;
    if (cursor.atEnd) cursor.fail(14);
    if (/[?*]/.test(cursor.peek())) return this.readLookTest();
    const number = this.readRelative();
    if (number !== undefined) {
      this.references.push({ to: number, at: cursor.position - 2 });
      if (!cursor.take(")")) cursor.fail(24);
      return { kind: "group", to: number };
    }
    if (/^VERSION>?=/.test(cursor.text.slice(cursor.position, cursor.position + 9))) return this.readVersionTest();
    return this.readNameTest();
  }

  private readLookTest(): Condition {
    const { cursor } = this;
    const branch: Branch = { items: [], repeatable: false };
    if (cursor.take("?C")) {
      this.readCallout(branch, cursor.position - 3);
      if (!cursor.take("(")) cursor.fail(28);
    }
    const at = cursor.position - 1;
    if (!/^(?:\?<?[=!*]|\*[a-z])/.test(cursor.text.slice(cursor.position, cursor.position + 3))) cursor.fail(28, at);
    this.readParenthesis(branch, at);
    const look = branch.items.at(-1);
    if (look?.type !== "look") return cursor.fail(28);
    if (!look.atomic) cursor.fail(98);
    return { kind: "look", look };
  }

  private readVersionTest(): Condition {
    const { cursor } = this;
    const text = cursor.takeMatch(/VERSION>?=[0-9]{1,4}(?:\.[0-9]{1,2})?/y);
    if (text === "" || !cursor.take(")")) return cursor.fail(79);
    const wanted = Number.parseFloat(text.replace(/^[^0-9]*/, ""));
    return { kind: "constant", value: text.includes(">") ? VERSION >= wanted : VERSION === wanted };
  }

  private readNameTest(): Condition {
    const { cursor } = this;
    const start = cursor.position;
    if (cursor.take("R&")) {
      const nameStart = cursor.position;
      const name = readName(cursor, ")");
      this.references.push({ to: name, at: nameStart });
      return { kind: "recursion", to: name };
    }
    if (cursor.take("<") || cursor.take("'")) {
      const nameStart = cursor.position;
      const name = readName(cursor, cursor.text[start] === "<" ? ">" : "'");
      this.references.push({ to: name, at: nameStart });
      if (!cursor.take(")")) cursor.fail(24);
      return { kind: "group", to: name };
    }
    const name = readName(cursor, ")");
    if (name === "DEFINE") return { kind: "define" };
    const recursion = /^R([0-9]*)$/.exec(name);
    if (recursion !== null && !this.names.has(name)) {
      if (recursion[1] === "") return { kind: "recursion", to: undefined };
      const number = Number(recursion[1]);
      if (number > MAX_GROUP_NUMBER) cursor.fail(61);
      this.references.push({ to: number, at: start });
      return { kind: "recursion", to: number };
    }
    this.references.push({ to: name, at: start });
    return { kind: "group", to: name };
  }
}
