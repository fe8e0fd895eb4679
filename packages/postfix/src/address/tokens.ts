/** The kinds of token that are no single character. */
type Word = "atom" | "quoted" | "literal" | "comment";

/** One token of an address in external form. */
export interface Token {
  /** An operator is its own character. */
  readonly kind: Word | Operator;
  /** Without quotes, brackets and backslashes; a comment as written; empty for an operator. */
  readonly text: string;
  /** Whether no blank goes between it and the next token, even where both are words. */
  readonly joined: boolean;
}

type Operator = "|" | "%" | "!" | ")" | "<" | ">" | "@" | "," | ";" | ":" | "." | "]";

const OPERATORS = "|%!)<>@,;:.]";
/** What an atom cannot hold without being quoted. */
const NEEDS_QUOTES = /[\x00-\x20\x7f|%!()<>@,;:\\".[\]]/;
/** The characters that end an atom, and those that make other tokens. */
const ENDS_ATOM = /[ \t\r\n|%!()<>@,;:".[\]]/;
const BLANK = /[ \t\r\n]/;

/** Makes an operator. */
export function operator(kind: Operator, joined = false): Token {
  return { kind, text: "", joined };
}

/**
 * Splits an address in external form into tokens; takes any text, and time linear in it.
 *
 * A quoted string, literal or comment that is not closed ends with the text. Blanks, tabs and line ends part words and, where
 * they are quoted, become a blank.
 *
 * @see Postfix tok822_scan(3)
 */
export function scanTokens(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const char = text[at] as string;
    if (BLANK.test(char)) {
      at++;
    } else if (char === "(") {
      const end = endOfComment(text, at);
      tokens.push({ kind: "comment", text: text.slice(at, end), joined: false });
      at = end;
    } else if (char === "[" || char === '"') {
      const close = char === "[" ? "]" : '"';
      const word = collect(text, at + 1, (next) => next === close);
      tokens.push({ kind: char === "[" ? "literal" : "quoted", text: word.text, joined: false });
      at = word.end + 1;
    } else if (OPERATORS.includes(char)) {
      tokens.push(operator(char as Operator));
      at++;
    } else {
      const word = collect(text, at, (next) => ENDS_ATOM.test(next));
      tokens.push({ kind: NEEDS_QUOTES.test(word.text) ? "quoted" : "atom", text: word.text, joined: false });
      at = word.end;
    }
  }
  return tokens;
}

/** Up to the character that ends the word; a backslash takes its meaning from the one behind it. */
function collect(text: string, from: number, isEnd: (char: string) => boolean): { text: string; end: number } {
  let word = "";
  let at = from;
  for (; at < text.length; at++) {
    let char = text[at] as string;
    if (char === "\\") {
      at++;
      if (at >= text.length) break;
      char = text[at] as string;
    } else if (isEnd(char)) break;
    word += BLANK.test(char) ? " " : char;
  }
  return { text: word, end: at };
}

function endOfComment(text: string, from: number): number {
  let level = 0;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === "\\") at++;
    else if (char === "(") level++;
    else if (char === ")" && --level === 0) return at + 1;
  }
  return text.length;
}

/**
 * The internal form of tokens: no quotes, and a blank between words that nothing joins.
 *
 * @see Postfix tok822_internalize(3)
 */
export function internalForm(tokens: readonly Token[]): string {
  let text = "";
  for (const [index, token] of tokens.entries()) {
    text += textOf(token);
    const next = tokens[index + 1];
    if (next !== undefined && !token.joined && takesBlank(token, next)) text += " ";
  }
  return text;
}

function textOf({ kind, text }: Token): string {
  if (kind === "literal") return `[${text}]`;
  return isWord(kind) ? text : kind;
}

function takesBlank(token: Token, next: Token): boolean {
  return token.kind === "," || next.kind === "<" || (isWord(token.kind) && isWord(next.kind));
}

function isWord(kind: Token["kind"]): kind is Word {
  return kind.length > 1;
}
