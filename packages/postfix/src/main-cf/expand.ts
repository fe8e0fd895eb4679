import { shown } from "./shown.js";

/** The most levels that one value may nest. */
const MAX_NESTING = 100;

/** The most operands of comparisons that stand one within the other. */
const MAX_OPERAND_NESTING = 10;

/** The most `$name` that are expanded for one value. */
const MAX_EXPANSIONS = 100_000;

/** The longest value that an expansion may come to, in characters. */
const MAX_VALUE_LENGTH = 16 * 1024 * 1024;

/** Where Postfix is fatal; `message` is what it logs, controls as question marks. */
export class ExpansionFault extends Error {
  constructor(message: string) {
    super(message.replace(/[\x00-\x1f\x7f]/g, "?"));
  }
}

/** What `$name` stands for, unexpanded; undefined where nothing defines it. */
export type LookUp = (name: string) => string | undefined;

/**
 * Expands `$name`, `${name}`, `$(name)`, `$$`, `${name?text}`, `${name:text}`, `${name?{a}:{b}}` and
 * `${{a} == {b} ? {c} : {d}}` with `==`, `!=`, `<`, `<=`, `>=`, `>` (of numbers where both are all digits) and their forms for
 * compatibility levels (`<=level`). What a name stands for is expanded, too; an undefined name is empty.
 *
 * @throws ExpansionFault on a syntax error, and beyond {@link MAX_NESTING}, {@link MAX_EXPANSIONS} or {@link MAX_VALUE_LENGTH}
 * @see Postfix mac_expand(3), mac_parse(3)
 */
export function expand(value: string, lookUp: LookUp): string {
  return new Expansion(lookUp).run(value, 0);
}

type Piece = { readonly kind: "text" | "expression"; readonly text: string };

/** What a name or comparison came to, and what stands behind it. */
interface Subject {
  readonly value: string | undefined;
  readonly operator: "" | "?" | ":";
  readonly rest: string;
}

class Expansion {
  #count = 0;
  #operands = 0;

  constructor(private readonly lookUp: LookUp) {}

  run(value: string, level: number): string {
    const parts: string[] = [];
    let length = 0;
    for (const piece of pieces(value)) {
      if (level > MAX_NESTING) throw new ExpansionFault(`unreasonable macro call nesting: "${shown(piece.text)}"`);
      const text = piece.kind === "text" ? piece.text : this.#expression(piece.text, level + 1);
      length += text.length;
      if (length > MAX_VALUE_LENGTH) throw new ExpansionFault(`expanded value is over ${MAX_VALUE_LENGTH} characters`);
      parts.push(text);
    }
    return parts.join("");
  }

  #expression(text: string, level: number): string {
    this.#count += 1;
    if (this.#count > MAX_EXPANSIONS) throw new ExpansionFault(`over ${MAX_EXPANSIONS} expansions for one value`);
    const { value, operator, rest } = BRACE.test(text) ? this.#comparison(text) : this.#named(text);
    if (operator === "") return value === undefined || value === "" ? "" : this.run(value, level);
    const holds = value !== undefined && value !== "";
    const { yes, no } = branches(operator, rest);
    return this.run((holds ? yes : no) ?? "", level);
  }

  #named(text: string): Subject {
    const [, name = "", at = ""] = /^[\t-\r ]*([A-Za-z0-9_]*)(.*)$/s.exec(text) ?? [];
    const behind = trimStart(at);
    if (behind === "") return { value: this.lookUp(name), operator: "", rest: "" };
    const operator = behind.charAt(0);
    if (operator === "?" || operator === ":") return { value: this.lookUp(name), operator, rest: behind.slice(1) };
    const read = text.slice(0, text.length - at.length);
    throw new ExpansionFault(`attribute name syntax error at: "...${shown(read)}>>>${at.slice(0, SHOWN)}"`);
  }

  /** As in Postfix, levels are counted anew within an operand; there, one within the other without end is a crash. */
  #operand(text: string): string {
    if (this.#operands >= MAX_OPERAND_NESTING) {
      throw new ExpansionFault(`unreasonable macro call nesting: "${shown(text)}"`);
    }
    this.#operands += 1;
    const value = this.run(text, 0);
    this.#operands -= 1;
    return value;
  }

  #comparison(text: string): Subject {
    const left = braced(trimStart(text));
    const [symbol = ""] = /^[<>!=?+\-*/~&|%]*/.exec(left.rest) ?? [];
    const compare = COMPARISONS.get(symbol);
    if (compare === undefined) {
      throw new ExpansionFault(`${EXPECTED} expected at: "...${left.inside}}>>>${left.rest.slice(0, SHOWN)}"`);
    }
    const behind = left.rest.slice(symbol.length);
    const [suffix = ""] = /^[A-Za-z0-9]*/.exec(behind) ?? [];
    if (suffix !== "" && suffix !== "level") {
      throw new ExpansionFault(`bad operator suffix at: "...${symbol}>>>${suffix}"`);
    }
    const operand = trimStart(behind.slice(suffix.length));
    if (!operand.startsWith("{")) {
      const at = behind.slice(suffix.length, suffix.length + SHOWN);
      throw new ExpansionFault(`"{expression}" expected at: "...{${left.inside}} ${symbol}>>>${at}"`);
    }
    const right = braced(operand);
    const values = [left.inside, right.inside].map((side) => this.#operand(side)) as [string, string];
    const order = suffix === "" ? compareValues(...values) : compareLevels(...values);
    const value = compare(order) ? "true" : "";
    const next = right.rest.charAt(0);
    if (next === "") return { value, operator: "", rest: "" };
    if (next !== "?" && next !== ":") {
      throw new ExpansionFault(`"?" or ":" expected at: "...}>>>${right.rest.slice(0, SHOWN)}"`);
    }
    return { value, operator: next, rest: right.rest.slice(1) };
  }
}

const SHOWN = 20;
const BRACE = /^[\t-\r ]*\{/;
/** As Postfix writes it, quotes included. */
const EXPECTED = '"==" or "!="" or "<"" or "<="" or ">="" or ">"';

const COMPARISONS: ReadonlyMap<string, (order: number) => boolean> = new Map([
  ["==", (order: number) => order === 0],
  ["!=", (order: number) => order !== 0],
  ["<", (order: number) => order < 0],
  ["<=", (order: number) => order <= 0],
  [">=", (order: number) => order >= 0],
  [">", (order: number) => order > 0],
]);

/** Text and what stands behind a `$`. */
function* pieces(value: string): Generator<Piece> {
  let text = "";
  for (let at = 0; at < value.length; ) {
    const dollar = value.indexOf("$", at);
    if (dollar < 0) {
      text += value.slice(at);
      break;
    }
    text += value.slice(at, dollar);
    const next = value.charAt(dollar + 1);
    if (next === "$") {
      text += "$";
      at = dollar + 2;
      continue;
    }
    if (text !== "") yield { kind: "text", text };
    text = "";
    let expression: string;
    if (next === "{" || next === "(") {
      const end = closing(value, dollar + 2, next, next === "{" ? "}" : ")");
      if (end < 0) throw new ExpansionFault(`truncated macro reference: "${shown(value)}"`);
      expression = value.slice(dollar + 2, end);
      at = end + 1;
    } else {
      NAME.lastIndex = dollar + 1;
      [expression = ""] = NAME.exec(value) ?? [];
      at = dollar + 1 + expression.length;
    }
    if (expression === "") throw new ExpansionFault(`empty macro name: "${shown(value)}"`);
    yield { kind: "expression", text: expression };
  }
  if (text !== "") yield { kind: "text", text };
}

const NAME = /[A-Za-z0-9_]*/y;

/** Where the bracket that was opened before `from` is closed; negative where it is not. */
function closing(text: string, from: number, open: string, close: string): number {
  let level = 1;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (char === open) level += 1;
    else if (char === close) level -= 1;
    if (level === 0) return at;
  }
  return -1;
}

/** What is in the braces that open `text`, and what stands behind them and white space. */
function braced(text: string): { readonly inside: string; readonly rest: string } {
  const end = closing(text, 1, "{", "}");
  if (end < 0) throw new ExpansionFault(`unbalanced {} in attribute expression: "${shown(text)}"`);
  return { inside: text.slice(1, end), rest: trimStart(text.slice(end + 1)) };
}

/** What is taken where the subject is not empty, and where it is. Text without braces goes to the end. */
function branches(operator: "?" | ":", text: string): { readonly yes?: string; readonly no?: string } {
  const first = branch(text);
  if (operator === ":") {
    if (first.rest !== "") throw unexpected(first);
    return { no: first.inside };
  }
  if (first.rest === "") return { yes: first.inside };
  if (!first.rest.startsWith(":")) {
    throw new ExpansionFault(`":" expected at: "...${shown(first.inside)}}>>>${first.rest.slice(0, SHOWN)}"`);
  }
  const second = branch(first.rest.slice(1));
  if (second.rest !== "") throw unexpected(second);
  return { yes: first.inside, no: second.inside };
}

function branch(text: string): { readonly inside: string; readonly rest: string } {
  return BRACE.test(text) ? braced(trimStart(text)) : { inside: text, rest: "" };
}

function unexpected({ inside, rest }: { readonly inside: string; readonly rest: string }): ExpansionFault {
  return new ExpansionFault(`unexpected input at: "...${shown(inside)}}>>>${rest.slice(0, SHOWN)}"`);
}

function compareValues(left: string, right: string): number {
  if (!/^[0-9]+$/.test(left) || !/^[0-9]+$/.test(right)) return compareOctets(left, right);
  const numbers = [left, right].map((digits) => {
    const number = BigInt(digits);
    if (number > MAX_LONG) throw new ExpansionFault(`mac_exp_eval: bad conversion: ${shown(digits)}`);
    return number;
  }) as [bigint, bigint];
  return numbers[0] < numbers[1] ? -1 : Number(numbers[0] > numbers[1]);
}

const MAX_LONG = 2n ** 63n - 1n;

/** As strcmp(3) of UTF-8, which is the order of code points. */
function compareOctets(left: string, right: string): number {
  if (left === right) return 0;
  const [a, b] = [left, right].map((text) => Array.from(text, (char) => char.codePointAt(0) ?? 0)) as [
    number[],
    number[],
  ];
  for (const [at, code] of a.entries()) {
    const other = b[at];
    if (other === undefined) return 1;
    if (code !== other) return code - other;
  }
  return -1;
}

function compareLevels(left: string, right: string): number {
  const [a, b] = [left, right].map(readLevel) as [readonly number[], readonly number[]];
  for (const at of [0, 1, 2]) {
    const order = (a[at] ?? 0) - (b[at] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/**
 * Reads a compatibility level, `major`, `major.minor` or `major.minor.patch`.
 *
 * @throws ExpansionFault where it is none
 * @see Postfix compat_level(3)
 */
function readLevel(text: string): readonly number[] {
  const numbers = /^[\t-\r ]*\+?\d+(?:\.[\t-\r ]*\+?\d+){0,2}$/.test(text) ? text.split(".").map(Number) : [];
  const [major, ...minor] = numbers;
  if (major === undefined || major > MAX_MAJOR || minor.some((number) => number > MAX_MINOR)) {
    throw new ExpansionFault(`malformed compatibility level syntax: "${shown(text)}"`);
  }
  return numbers;
}

const MAX_MAJOR = 2 ** 43 - 1;
const MAX_MINOR = 1023;

const trimStart = (text: string): string => text.replace(/^[\t-\r ]+/, "");
