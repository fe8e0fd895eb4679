import { type ByteSet, byteSet, complement, POSIX_SETS, union } from "../byte-set.js";
import { PosixFault } from "./fault.js";

/** Octets of a class name, beyond which glibc reads on in vain. */
const MAX_NAME = 32;
const CLASSES = new Set("alnum cntrl lower space alpha digit print upper blank graph punct xdigit".split(" "));

/** One end of a range, or a set that cannot be one. */
type Element = { readonly byte: number } | { readonly name: string } | { readonly set: ByteSet };

interface Token {
  readonly kind: "end" | "symbol" | "close" | "not" | "range" | "byte";
  readonly char: string;
  readonly length: number;
}

/**
 * Reads bracket expressions as glibc does in the C locale: octets, collated by their number.
 *
 * @see regcomp(3); POSIX.1-2017, XBD 9.3.5
 */
export class BracketReader {
  private position = 0;

  /**
   * @param folded the pattern as it is matched: in capitals where case is ignored
   * @param raw the pattern as written, from which class names are read
   */
  constructor(
    private readonly folded: string,
    private readonly raw: string,
    private readonly options: { readonly caseless: boolean; readonly newlineSensitive: boolean },
  ) {}

  /** Reads the expression whose `[` is before `start`. */
  read(start: number): { readonly set: ByteSet; readonly end: number } {
    this.position = start;
    const sets: ByteSet[] = [];
    let token = this.peek();
    if (token.kind === "end") throw new PosixFault("BADPAT");
    const negated = token.kind === "not";
    if (negated) {
      if (this.options.newlineSensitive) sets.push([[10, 10]]);
      this.position += token.length;
      token = this.peek();
      if (token.kind === "end") throw new PosixFault("BADPAT");
    }
    if (token.kind === "close") token = { ...token, kind: "byte" };
    for (let first = true; first || token.kind !== "close"; first = false) {
      const element = this.readElement(token, first);
      token = this.peek();
      let end: Element | undefined;
      if (!("set" in element)) {
        if (token.kind === "end") throw new PosixFault("EBRACK");
        if (token.kind === "range") {
          this.position += token.length;
          const second = this.peek();
          if (second.kind === "end") throw new PosixFault("EBRACK");
          if (second.kind === "close") {
            this.position -= token.length;
            token = { ...token, kind: "byte" };
          } else {
            end = this.readElement(second, true);
            token = this.peek();
          }
        }
      }
      sets.push(end === undefined ? setOf(element) : rangeOf(element, end));
      if (token.kind === "end") throw new PosixFault("EBRACK");
    }
    const set = union(...sets);
    return { set: negated ? complement(set) : set, end: this.position + token.length };
  }

  private peek(): Token {
    const { folded, position } = this;
    const char = folded[position];
    if (char === undefined) return { kind: "end", char: "", length: 0 };
    const next = folded[position + 1] ?? "";
    if (char === "[" && /[.=:]/.test(next)) return { kind: "symbol", char: next, length: 2 };
    const kind = char === "]" ? "close" : char === "^" ? "not" : char === "-" ? "range" : "byte";
    return { kind, char, length: 1 };
  }

  private readElement(token: Token, hyphenIsByte: boolean): Element {
    this.position += token.length;
    if (token.kind === "symbol") return this.readSymbol(token.char);
    if (token.kind === "range" && !hyphenIsByte && this.peek().kind !== "close") throw new PosixFault("ERANGE");
    return { byte: token.char.charCodeAt(0) };
  }

  /** Reads `[.a.]`, `[=a=]` or `[:alpha:]`, whose opening is behind. */
  private readSymbol(delimiter: string): Element {
    const text = delimiter === ":" ? this.raw : this.folded;
    const start = this.position;
    const close = text.indexOf(`${delimiter}]`, start);
    if (close < 0 || close - start >= MAX_NAME) throw new PosixFault("EBRACK");
    this.position = close + 2;
    const name = text.slice(start, close);
    if (delimiter === ".") return { name };
    if (delimiter === ":") return { set: this.classOf(name) };
    if (name.length !== 1) throw new PosixFault("ECOLLATE");
    return { set: byteSet([name.charCodeAt(0), name.charCodeAt(0)]) };
  }

  private classOf(name: string): ByteSet {
    const effective = this.options.caseless && (name === "upper" || name === "lower") ? "alpha" : name;
    const set = CLASSES.has(effective) ? POSIX_SETS[effective] : undefined;
    if (set === undefined) throw new PosixFault("ECTYPE");
    return set;
  }
}

function byteOf(element: Element): number {
  if ("set" in element) throw new PosixFault("ERANGE");
  if ("byte" in element) return element.byte;
  if (element.name.length !== 1) throw new PosixFault("ECOLLATE");
  return element.name.charCodeAt(0);
}

function setOf(element: Element): ByteSet {
  return "set" in element ? element.set : rangeOf(element, element);
}

function rangeOf(from: Element, to: Element): ByteSet {
  if ("set" in from || "set" in to) throw new PosixFault("ERANGE");
  const [low, high] = [byteOf(from), byteOf(to)];
  if (low > high) throw new PosixFault("ERANGE");
  return byteSet([low, high]);
}
