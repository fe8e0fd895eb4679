import { posixItem, readBracket } from "./bracket.js";
import { ANY_BYTE, type ByteSet, byteSet, complement, foldCase, LAST_CHAR, POSIX_SETS, union } from "./byte-set.js";
import { textOf } from "./bytes.js";
import { Cursor, readName, readNumber } from "./cursor.js";
import { readEscape } from "./escape.js";
import { checkLookbehinds } from "./lookbehind.js";
import { otherCases } from "./machine/case-folding.js";
import { newlineAt, newlineOf } from "./machine/newline.js";
import type { Newline } from "./machine/program.js";
import { readChar } from "./machine/text.js";
import { type ErrorNumber, Fault } from "./messages.js";
import { propertySet } from "./properties.js";
import type { Assertion, Condition, Mode, Node, Pattern, PatternOptions, SyntaxFault } from "./syntax.js";

/** PCRE2's own limit of nested parentheses. */
const MAX_DEPTH = 250;

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
const WORD: ByteSet = POSIX_SETS.word ?? [];
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

const CRLF: Node = { type: "sequence", items: [literal(13, false), literal(10, false)] };
/** What `.` leaves out, by the newline convention; with CRLF it is more than one octet. */
const LINE_ENDS: Readonly<Record<Exclude<Newline, "CRLF">, ByteSet>> = {
  LF: [[10, 10]],
  CR: [[13, 13]],
  NUL: [[0, 0]],
  ANYCRLF: byteSet([10, 10], [13, 13]),
  ANY: byteSet([10, 13], [0x85, 0x85]),
};

function alternatives(branches: readonly Node[]): Node {
  return branches.length === 1 ? branches[0]! : { type: "alternatives", items: branches };
}

/** A branch as it is read: its items, and whether a quantifier may follow the last. */
interface Branch {
  readonly items: Node[];
  repeatable: boolean;
}

/** A fault to report when the whole pattern is read: unless the group exists, where it is about one. */
interface LateCheck {
  readonly number: ErrorNumber;
  readonly at: number;
  readonly to?: number | string;
  readonly node?: Node;
}

/** An item, and whether a quantifier may follow it. */
interface Item {
  readonly node: Node;
  readonly repeatable: boolean;
}

function item(node: Node): Item {
  return { node, repeatable: true };
}

function fixed(node: Node): Item {
  return { node, repeatable: false };
}

function assertion(kind: Assertion): Item {
  return fixed({ type: "assertion", kind });
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
  /** What PCRE2 finds only when it compiles, in order. */
  private readonly late: LateCheck[] = [];
  private readonly dollarEndOnly: boolean;
  private readonly anchored: boolean;
  private namesLineEnd = false;
  private resetsNumbers = false;
  private utf = false;
  private newline: Newline = "LF";

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
    this.newline = newlineOf(settings);
    this.utf = settings.some(({ name }) => name.startsWith("UTF"));
    this.cursor.utf = this.utf;
    if (this.utf && textOf(this.cursor.text) === undefined) this.cursor.fail(200, 0);
    const root = alternatives(this.readBranches({}));
    if (!this.cursor.atEnd) this.cursor.fail(22);
    const placeOf = (node: Node): number => this.late.find((check) => check.node === node)?.at ?? 0;
    const behind = checkLookbehinds(root, this.names, placeOf, this.resetsNumbers);
    for (const { to, number, at } of this.late) {
      if (to === undefined || !this.hasGroup(to)) this.cursor.fail(number, at);
    }
    const { captureCount, names, anchored, namesLineEnd } = this;
    return { root, captureCount, names, anchored, settings, behind, namesLineEnd };
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

  private hasGroup(to: number | string): boolean {
    return typeof to === "string" ? this.names.has(to) : to <= this.captureCount;
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
      if (this.skipComment() || this.readQuoted(branch)) continue;
      const read = this.readItem(branch);
      if (read !== undefined) branch.items.push(read.node);
      branch.repeatable = read?.repeatable ?? false;
    }
    const [only] = branch.items;
    // A branch that is one group of alternatives is not the alternatives of the group around it: lookbehinds tell.
    if (branch.items.length === 1 && only !== undefined && only.type !== "alternatives") return only;
    return { type: "sequence", items: branch.items };
  }

  /** The node of an octet, or of a character of UTF-8. */
  private literal(char: number): Node {
    this.namesLineEnd ||= char === 10 || char === 13;
    const { caseless } = this.flags;
    if (!this.utf) return literal(char, caseless);
    return this.setNode(byteSet(...[char, ...(caseless ? otherCases(char) : [])].map((c): [number, number] => [c, c])));
  }

  private setNode(set: ByteSet): Node {
    const isWide = this.utf && (set.at(-1)?.[1] ?? 0) > 0x7f;
    return isWide ? { type: "chars", ranges: set } : { type: "set", set };
  }

  private complement(set: ByteSet): Node {
    return this.setNode(complement(set, this.utf ? LAST_CHAR : 255));
  }

  /** The octet or character here, which is then behind. */
  private nextChar(): number {
    const { cursor } = this;
    if (!this.utf) return cursor.next().charCodeAt(0);
    const { char, end } = readChar(cursor.text, cursor.position);
    cursor.position = end;
    return char;
  }

  /** Anything but a line end. */
  private notNewline(at: number): Node {
    if (this.newline !== "CRLF") {
      const ends = LINE_ENDS[this.newline];
      return this.complement(this.utf && this.newline === "ANY" ? union(ends, [[0x2028, 0x2029]]) : ends);
    }
    const look: Node = { type: "look", behind: false, negative: true, atomic: true, body: CRLF, at };
    return { type: "sequence", items: [look, this.complement([])] };
  }

  /** Skips what means nothing, and leaves what stood before it open to a quantifier. */
  private skipComment(): boolean {
    const { cursor, flags } = this;
    if (flags.extended) {
      const blank = this.utf ? /[\t-\r ]|\xc2\x85|\xe2\x80[\x8e\x8f\xa8\xa9]/y : /[\t-\r \x85]/y;
      if (cursor.takeMatch(blank) !== "") return true;
      if (cursor.take("#")) {
        let length = 0;
        while (!cursor.atEnd && length === 0) {
          length = newlineAt(this.newline, cursor.text, cursor.position, this.utf);
          cursor.position += length || 1;
        }
        return true;
      }
    }
    if (cursor.take("\\E") || cursor.take("\\Q\\E")) return true;
    if (cursor.peek() === "(" && cursor.text.startsWith("(?#", cursor.position)) {
      cursor.position += 3;
      cursor.takeMatch(/[^)]*/y);
      if (!cursor.take(")")) cursor.fail(18);
      return true;
    }
    return false;
  }

  /** Text from `\Q` to `\E` or the end: as it is. */
  private readQuoted(branch: Branch): boolean {
    const { cursor } = this;
    if (!cursor.take("\\Q")) return false;
    while (!cursor.atEnd && !cursor.take("\\E")) {
      branch.items.push(this.literal(this.nextChar()));
      branch.repeatable = true;
    }
    return true;
  }

  /** Reads one item, or a change of options, which is none. */
  private readItem(branch: Branch): Item | undefined {
    const { cursor, flags } = this;
    const at = cursor.position;
    const char = cursor.next();
    switch (char) {
      case "^":
        return assertion(flags.multiline ? "line-start" : "start");
      case "$":
        return assertion(this.dollarKind());
      case ".":
        return item(flags.dotAll ? this.complement([]) : this.notNewline(at));
      case "[":
        return this.readClass(at);
      case "\\":
        return this.readBackslash(at);
      case "(":
        return this.readParenthesis(at);
      case "*":
        return this.readRepeat(branch, 0, Number.POSITIVE_INFINITY);
      case "+":
        return this.readRepeat(branch, 1, Number.POSITIVE_INFINITY);
      case "?":
        return this.readRepeat(branch, 0, 1);
      case "{":
        if (/^[0-9]+(?:,[0-9]*)?\}/.test(cursor.text.slice(cursor.position, cursor.position + 40))) {
          return this.readCounts(branch);
        }
    }
    cursor.position = at;
    return item(this.literal(this.nextChar()));
  }

  private dollarKind(): Assertion {
    if (this.flags.multiline) return "line-end";
    return this.dollarEndOnly ? "end" : "dollar";
  }

  private readCounts(branch: Branch): Item {
    const { cursor } = this;
    const min = readNumber(cursor, MAX_REPEAT, 5) ?? 0;
    let max = min;
    if (cursor.take(",")) {
      max = readNumber(cursor, MAX_REPEAT, 5) ?? Number.POSITIVE_INFINITY;
      if (max < min) cursor.fail(4);
    }
    cursor.next();
    return this.readRepeat(branch, min, max);
  }

  private readRepeat(branch: Branch, min: number, max: number): Item {
    const { cursor, flags } = this;
    if (!branch.repeatable) cursor.fail(9, cursor.position - 1);
    while (this.skipComment());
    let mode: Mode = flags.ungreedy ? "lazy" : "greedy";
    if (cursor.take("+")) mode = "possessive";
    else if (cursor.take("?")) mode = flags.ungreedy ? "greedy" : "lazy";
    const body = branch.items.pop()!;
    return fixed({ type: "repeat", body, min, max, mode });
  }

  private readClass(at: number): Item {
    const { cursor, flags } = this;
    const boundary = cursor.take("[:<:]]") ? "<" : cursor.take("[:>:]]") ? ">" : undefined;
    if (boundary !== undefined) {
      const look = { type: "look", negative: false, atomic: true, at } as const;
      const word: Node = { type: "set", set: WORD };
      const items: Node[] = [assertion("word-boundary").node, { ...look, behind: boundary === ">", body: word }];
      return item({ type: "sequence", items });
    }
    const posix = posixItem(cursor.text, at);
    if (posix !== undefined) cursor.fail(posix.kind === ":" ? 12 : 13, at);
    const { utf } = this;
    const bracket = readBracket(cursor, { caseless: flags.caseless, skipBlanks: flags.extendedMore, utf });
    if ("set" in bracket) {
      this.namesLineEnd ||= bracket.namesLineEnd;
      return item(this.setNode(bracket.set));
    }
    return item({ type: "unsupported", what: `${bracket.property} in a class`, at });
  }

  private readBackslash(at: number): Item {
    const { cursor } = this;
    const escaped = readEscape(cursor, this.groups, false, this.utf);
    switch (escaped.kind) {
      case "byte":
        return item(this.literal(escaped.byte));
      case "set":
        return item(this.setNode(escaped.set));
      case "reference":
        return this.addReference(escaped.number, at, cursor.position - 1);
      case "property": {
        const set = this.utf ? undefined : propertySet(escaped.text);
        return item(set === undefined ? { type: "unsupported", what: escaped.text, at } : { type: "set", set });
      }
      case "letter":
        return this.readLetter(escaped.letter, at);
    }
  }

  private readLetter(letter: string, at: number): Item {
    switch (letter) {
      case "A":
      case "G":
        return assertion("start");
      case "Z":
        return assertion("dollar");
      case "z":
        return assertion("end");
      case "b":
        return assertion("word-boundary");
      case "B":
        return assertion("no-word-boundary");
      case "N":
        return item(this.notNewline(at));
      case "C":
        return item(this.utf ? { type: "unsupported", what: "\\C", at } : { type: "set", set: ANY_BYTE });
      case "R":
        return item({ type: "newline-sequence", at });
      case "X":
        if (this.utf) return item({ type: "unsupported", what: "\\X", at });
        // No octet read as a character extends the one before it; CR and LF stay together.
        return item({ type: "atomic", body: { type: "alternatives", items: [CRLF, this.complement([])] }, at });
      case "K":
        if (this.lookDepth > 0) this.late.push({ number: 99, at: this.cursor.text.length });
        return fixed({ type: "keep", at });
      case "k":
        return this.readNamedReference(at);
      default:
        return this.readG(at);
    }
  }

  private addReference(to: number | string, at: number, faultAt: number): Item {
    const node: Node = { type: "reference", to, caseless: this.flags.caseless, at };
    this.late.push({ number: 15, to, at: faultAt, node });
    return item(node);
  }

  private readNamedReference(at: number): Item {
    const { cursor } = this;
    const terminator = { "{": "}", "<": ">", "'": "'" }[cursor.peek()];
    if (terminator === undefined) return cursor.fail(69);
    cursor.next();
    const start = cursor.position;
    return this.addReference(readName(cursor, terminator), at, start);
  }

  /** `\g`: a reference in braces or bare, a call in angle brackets or quotes. */
  private readG(at: number): Item {
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
      return isCall ? this.addCall(name, at, nameStart) : this.addReference(name, at, nameStart);
    }
    if (terminator !== undefined && !cursor.take(terminator)) cursor.fail(57, start);
    if (isCall) return this.addCall(number, at, cursor.position - 2);
    if (number <= 0) cursor.fail(15, terminator === undefined ? cursor.position : start);
    return this.addReference(number, at, cursor.position - 1);
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

  private addCall(to: number | string, at: number, faultAt: number): Item {
    const node: Node = { type: "call", to, at };
    this.late.push({ number: 15, to, at: faultAt, node });
    return item(node);
  }

  private readParenthesis(at: number): Item | undefined {
    const { cursor } = this;
    if (cursor.peek() === "*") {
      if (/[a-z]/.test(cursor.peek(1))) return this.readAlphaGroup(at);
      if (!/^\)?$/.test(cursor.peek(1))) return this.readVerb(at);
    }
    if (!cursor.take("?")) {
      if (this.flags.noAutoCapture) return item(this.readGroup({}));
      return item(this.readCapture());
    }
    if (cursor.atEnd) cursor.fail(14);
    const kind = cursor.takeMatch(/<[=!*]|P[<=>]?|[:|>=!*<'&(RC]|[+-]?(?=[0-9])/y);
    switch (kind) {
      case ":":
        return item(this.readGroup({}));
      case "|":
        this.resetsNumbers = true;
        return item(this.readGroup({ resetNumbers: true }));
      case ">":
        return item({ type: "atomic", body: this.readGroup({}), at });
      case "=":
      case "!":
      case "*":
      case "<=":
      case "<!":
      case "<*":
        return item(this.readLook(kind, at));
      case "<":
        return item(this.readNamedCapture(">"));
      case "P<":
        return item(this.readNamedCapture(">"));
      case "'":
        return item(this.readNamedCapture("'"));
      case "P=": {
        const start = cursor.position;
        return this.addReference(readName(cursor, ")"), at, start);
      }
      case "&":
      case "P>": {
        const start = cursor.position;
        return this.addCall(readName(cursor, ")"), at, start);
      }
      case "P":
        return cursor.atEnd ? cursor.fail(14) : cursor.fail(41);
      case "(":
        return item(this.readCondition(at));
      case "C":
        return this.readCallout();
      case "R":
        if (!cursor.take(")")) cursor.fail(58);
        return this.addCall(0, at, at);
    }
    if (/[0-9]/.test(cursor.peek()) || cursor.peek() === "+") return this.readNumberedCall(at, kind);
    return this.readOptions();
  }

  private readNumberedCall(at: number, sign: string): Item {
    const { cursor } = this;
    cursor.position -= sign.length;
    const number = this.readRelative() ?? cursor.fail(29);
    if (!cursor.take(")")) cursor.fail(14);
    return this.addCall(number, at, cursor.position - 1);
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
      if (!this.flags.duplicateNames) cursor.fail(43);
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

  private readAlphaGroup(at: number): Item {
    const { cursor } = this;
    cursor.next();
    const name = cursor.takeMatch(/[A-Za-z0-9_]*/y);
    const kind = Object.hasOwn(ALPHA_GROUPS, name) ? ALPHA_GROUPS[name] : undefined;
    if (cursor.peek() !== ":" || kind === undefined) return cursor.fail(95);
    cursor.next();
    switch (kind) {
      case "sr":
      case "asr": {
        const body = this.readGroup({});
        if (this.utf) return item({ type: "unsupported", what: "a script run", at });
        return item(kind === "sr" ? body : { type: "atomic", body, at });
      }
      case ">":
        return item({ type: "atomic", body: this.readGroup({}), at });
      default:
        return item(this.readLook(kind, at + 2));
    }
  }

  private readVerb(at: number): Item {
    const { cursor } = this;
    cursor.next();
    const name = cursor.takeMatch(/[A-Za-z0-9_]*/y);
    const terminator = cursor.peek();
    if (!VERBS.has(name) || (terminator !== ":" && terminator !== ")")) {
      return cursor.fail(60);
    }
    let argument = "";
    if (terminator === ":") {
      cursor.next();
      argument = cursor.takeMatch(/[^)]*/y);
      if (cursor.atEnd) cursor.fail(60);
      if (argument.length > MAX_VERB_NAME) cursor.fail(76);
      if (argument === "" && (name === "MARK" || name === "")) cursor.fail(66);
    } else if (name === "MARK") cursor.fail(66);
    cursor.next();
    const plain = name === "F" ? "FAIL" : name === "" ? "MARK" : name;
    if (plain === "FAIL") return fixed({ type: "set", set: [] });
    return { node: { type: "verb", name: plain, argument, at }, repeatable: plain === "ACCEPT" };
  }

  private readCallout(): Item {
    const { cursor } = this;
    if (cursor.atEnd) cursor.fail(14);
    if (/[0-9]/.test(cursor.peek())) readNumber(cursor, 255, 38);
    else if (cursor.peek() !== ")") this.readCalloutText();
    if (!cursor.take(")")) cursor.fail(39);
    // Postfix sets no callout function, so PCRE2 goes past it.
    return fixed({ type: "sequence", items: [] });
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

  private readOptions(): Item | undefined {
    const { cursor } = this;
    let flags = this.flags;
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
        this.flags = flags;
        return undefined;
      }
      if (char === ":") return item(this.readGroup({ flags }));
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

  private readCondition(at: number): Node {
    const { cursor } = this;
    const start = cursor.position;
    this.depth += 1;
    const test = this.readTest();
    this.depth -= 1;
    const [yes, no, ...more] = this.readGroupBranches({});
    if (test.kind === "define" && no !== undefined) this.late.push({ number: 54, at: start });
    else if (more.length > 0) this.late.push({ number: 27, at });
    return { type: "condition", test, yes: yes!, no, at };
  }

  /** Reads what stands in the parentheses of a condition, and the closing one. */
  private readTest(): Condition {
    const { cursor } = this;
    if (cursor.atEnd) cursor.fail(14);
    if (/[?*]/.test(cursor.peek())) return this.readLookTest();
    const number = this.readRelative();
    if (number !== undefined) {
      // Group 0 can be called, not tested.
      if (number === 0) this.late.push({ number: 15, at: cursor.position });
      else this.late.push({ number: 15, to: number, at: cursor.position - 2 });
      if (!cursor.take(")")) cursor.fail(24);
      return { kind: "group", to: number };
    }
    if (/^VERSION>?=/.test(cursor.text.slice(cursor.position, cursor.position + 9))) return this.readVersionTest();
    return this.readNameTest();
  }

  private readLookTest(): Condition {
    const { cursor } = this;
    while (cursor.take("?#")) {
      cursor.takeMatch(/[^)]*/y);
      if (!cursor.take(")")) cursor.fail(18);
      if (!cursor.take("(")) cursor.fail(28);
    }
    if (cursor.take("?C")) {
      this.readCallout();
      if (!cursor.take("(")) cursor.fail(28);
    }
    const at = cursor.position - 1;
    if (!/^(?:\?<?[=!]|\*[a-z])/.test(cursor.text.slice(cursor.position, cursor.position + 3))) cursor.fail(28, at);
    const other = /^\*(?:atomic|a?sr|script_run|atomic_script_run):/.exec(cursor.text.slice(cursor.position));
    if (other !== null) cursor.fail(28, cursor.position + other[0].length);
    const look = this.readParenthesis(at)?.node;
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
      this.late.push({ number: 15, to: name, at: nameStart });
      return { kind: "recursion", to: name };
    }
    if (cursor.take("<") || cursor.take("'")) {
      const nameStart = cursor.position;
      const name = readName(cursor, cursor.text[start] === "<" ? ">" : "'");
      this.late.push({ number: 15, to: name, at: nameStart });
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
      this.late.push({ number: 15, to: number, at: start });
      return { kind: "recursion", to: number };
    }
    this.late.push({ number: 15, to: name, at: start });
    return { kind: "group", to: name };
  }
}
