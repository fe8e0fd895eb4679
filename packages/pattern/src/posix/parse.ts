import { ANY_BYTE, complement } from "../byte-set.js";
import type { Refusal } from "../refusal.js";
import { type Node, type Pattern, partsOf, type SyntaxFault } from "../syntax.js";
import { BracketReader } from "./bracket.js";
import { PosixFault, TooDeep } from "./fault.js";
import { CASELESS_BYTES, EXACT_BYTES, leafOf } from "./leaves.js";
import { type Token, tokenAt } from "./tokens.js";

/** What regcomp may be told of a pattern. */
export interface PosixOptions {
  /** The extended syntax (REG_EXTENDED), else the basic one. Default true. */
  readonly extended?: boolean;
  /** ASCII letters match both cases (REG_ICASE). Default false. */
  readonly caseless?: boolean;
  /** `^` and `$` match at inner line ends too; `.` and `[^a]` match no newline (REG_NEWLINE). Default false. */
  readonly newlineSensitive?: boolean;
}

/** The greatest count of an interval (RE_DUP_MAX). */
const MAX_COUNT = 32767;
/** Groups within groups. */
const MAX_DEPTH = 250;
const NOT_NEWLINE = complement([[10, 10]]);
const EMPTY: Node = { type: "sequence", items: [] };

/**
 * Parses a POSIX pattern of octets as glibc's regcomp does in the C locale, GNU escapes (`\w \s \b \< \>` and so on)
 * included: the same patterns are accepted, and a fault has the words of regerror. A fault's offset is where reading
 * ended; glibc reports none.
 *
 * Where case is ignored, glibc compares capitals, but takes a letter behind a backslash as it is: `\a` then matches nothing.
 *
 * @see regcomp(3), regex(7); glibc 2.36
 */
export function parsePosix(
  source: string,
  options: PosixOptions = {},
): { readonly ok: true; readonly pattern: Pattern } | SyntaxFault | Refusal {
  const parser = new Parser(source, options);
  try {
    return { ok: true, pattern: parser.parse() };
  } catch (error) {
    const offset = parser.position;
    if (error instanceof PosixFault) return { ok: false, code: "syntax", offset, message: error.message };
    if (error instanceof TooDeep) {
      return { ok: false, code: "too-large", offset, message: `groups are nested deeper than ${MAX_DEPTH}` };
    }
    throw error;
  }
}

class Parser {
  position = 0;
  private token: Token = { kind: "end", char: "" };
  private groups = 0;
  /** Groups that a back reference may name here, as bits. */
  private closed = 0;
  private readonly text: string;
  readonly extended: boolean;
  readonly caseless: boolean;
  readonly newlineSensitive: boolean;

  constructor(
    private readonly raw: string,
    { extended = true, caseless = false, newlineSensitive = false }: PosixOptions,
  ) {
    this.text = caseless ? raw.replace(/[a-z]+/g, (letters) => letters.toUpperCase()) : raw;
    this.extended = extended;
    this.caseless = caseless;
    this.newlineSensitive = newlineSensitive;
  }

  parse(): Pattern {
    this.fetch(true);
    const root = this.parseAlternatives(0) ?? EMPTY;
    return { root, captureCount: this.groups, names: new Map(), anchored: false, settings: [] };
  }

  private parseAlternatives(depth: number): Node | undefined {
    const before = this.closed;
    const items = [this.parseBranch(depth)];
    while (this.token.kind === "alternative") {
      this.fetch(true);
      if (this.token.kind === "alternative" || this.endsBranch(depth)) items.push(undefined);
      else {
        const closed = this.closed;
        this.closed = before;
        items.push(this.parseBranch(depth));
        this.closed |= closed;
      }
    }
    return items.length === 1 ? items[0] : { type: "alternatives", items: items.map((item) => item ?? EMPTY) };
  }

  private isAt(kind: Token["kind"]): boolean {
    return this.token.kind === kind;
  }

  private endsBranch(depth: number): boolean {
    return this.token.kind === "end" || (depth > 0 && this.token.kind === "close");
  }

  private parseBranch(depth: number): Node | undefined {
    const items: Node[] = [];
    do {
      const item = this.parseExpression(depth);
      if (item !== undefined) items.push(item);
    } while (this.token.kind !== "alternative" && !this.endsBranch(depth));
    return items.length > 1 ? { type: "sequence", items } : items[0];
  }

  /** Reads an item with its repeats; undefined for nothing, as `a{0}` is. */
  private parseExpression(depth: number): Node | undefined {
    const { token } = this;
    if (token.kind === "alternative" || token.kind === "end") return undefined;
    let item: Node | undefined;
    if (token.kind === "anchor") {
      this.fetch();
      // An anchor is not repeated: what follows is read as at a start.
      return token.node;
    }
    if (token.kind === "open") item = this.parseGroup(depth + 1);
    else item = this.parseAtom(token);
    this.fetch();
    while (this.token.kind === "repeat" || this.token.kind === "open-count") {
      item = this.parseRepeat(item);
      const again = this.token.kind === "open-count" || (this.token.kind === "repeat" && this.token.char === "*");
      if (!this.extended && again) throw new PosixFault("BADRPT");
    }
    return item;
  }

  private parseAtom({ kind, char, node }: Token): Node {
    switch (kind) {
      case "backslash":
        throw new PosixFault("EESCAPE");
      case "bracket": {
        const reader = new BracketReader(this.text, this.raw, this);
        const { set, end } = reader.read(this.position);
        this.position = end;
        return leafOf(set, this.caseless);
      }
      case "reference":
        if (((this.closed >> Number(char)) & 1) === 0) throw new PosixFault("ESUBREG");
        return { type: "reference", to: Number(char), caseless: this.caseless, at: this.position - 2 };
      case "repeat":
      case "open-count":
        if (this.extended || kind === "open-count") throw new PosixFault("BADRPT");
        break;
      case "close":
        if (!this.extended) throw new PosixFault("EPAREN");
        break;
      case "dot":
        return { type: "set", set: this.newlineSensitive ? NOT_NEWLINE : ANY_BYTE };
      default:
        if (node !== undefined) return node;
    }
    return (this.caseless ? CASELESS_BYTES : EXACT_BYTES)[char.charCodeAt(0)]!;
  }

  private parseGroup(depth: number): Node {
    if (depth > MAX_DEPTH) throw new TooDeep();
    this.groups += 1;
    const index = this.groups;
    this.fetch(true);
    let body: Node | undefined;
    if (this.token.kind !== "close") {
      body = this.parseAlternatives(depth);
      if (!this.isAt("close")) throw new PosixFault("EPAREN");
    }
    if (index <= 9) this.closed |= 1 << index;
    return { type: "capture", index, body: body ?? EMPTY };
  }

  private parseRepeat(body: Node | undefined): Node | undefined {
    const { min, max } = this.readCounts();
    this.fetch();
    // With a reference that is left out glibc still matches as with references: it stays, to be refused.
    if (body === undefined || (max === 0 && !hasReference(body))) return undefined;
    return min === 1 && max === 1 ? body : { type: "repeat", body, min, max, mode: "greedy" };
  }

  private readCounts(): { readonly min: number; readonly max: number } {
    if (this.token.kind === "repeat") {
      const min = this.token.char === "+" ? 1 : 0;
      return { min, max: this.token.char === "?" ? 1 : Number.POSITIVE_INFINITY };
    }
    const isComma = (): boolean => this.token.kind === "byte" && this.token.char === ",";
    let min = this.readNumber();
    if (min === undefined) {
      if (!isComma()) throw new PosixFault("BADBR");
      min = 0;
    }
    let max: number | undefined = Number.NaN;
    if (!Number.isNaN(min)) {
      if (this.token.kind === "close-count") max = min;
      else if (isComma()) max = this.readNumber();
    }
    if (Number.isNaN(min) || Number.isNaN(max)) {
      throw new PosixFault(this.token.kind === "end" ? "EBRACE" : "BADBR");
    }
    if ((max !== undefined && min > max) || this.token.kind !== "close-count") throw new PosixFault("BADBR");
    if ((max ?? min) > MAX_COUNT) throw new PosixFault("ESIZE");
    return { min, max: max ?? Number.POSITIVE_INFINITY };
  }

  /** Reads up to a comma or the end of the interval: undefined for nothing, NaN for what is no number. */
  private readNumber(): number | undefined {
    let value: number | undefined;
    for (;;) {
      this.fetch();
      const { kind, char } = this.token;
      if (kind === "end") return Number.NaN;
      if (kind === "close-count" || char === ",") return value;
      if (kind !== "byte" || !/[0-9]/.test(char)) value = Number.NaN;
      else value = Math.min(MAX_COUNT + 1, (value ?? 0) * 10 + Number(char));
    }
  }

  private fetch(caretHere = false): void {
    this.token = tokenAt(this.text, this.raw, this.position, this, caretHere);
    if (this.token.kind !== "end") this.position += this.token.escaped === true ? 2 : 1;
  }
}

function hasReference(node: Node): boolean {
  return node.type === "reference" || partsOf(node).some(hasReference);
}
