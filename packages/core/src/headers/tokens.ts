/** A piece of a structured field. Comments are no tokens: they stand beside them. */
export interface Token {
  readonly kind: "atom" | "quoted" | "literal" | "special";
  /** Without quotes and escapes; a literal with its brackets. */
  readonly text: string;
  /** Where it begins, in characters of the value. */
  readonly start: number;
  /** Whether a blank stands before it; a comment alone is none. */
  readonly blank: boolean;
}

/** Text with the place where it begins. */
export interface PlacedText {
  readonly text: string;
  readonly start: number;
}

/** The pieces of a value, up to its end or to a fault. */
export interface Tokens {
  readonly tokens: readonly Token[];
  /** The outermost comments, without parentheses and escapes. */
  readonly comments: readonly PlacedText[];
  readonly fault: { readonly kind: "malformed" | "too-deep"; readonly at: number } | undefined;
}

const ATOM = 1;
const BLANK = 2;
const SPECIAL = 3;

const CLASS = (() => {
  const table = new Uint8Array(128);
  for (const char of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~") {
    table[char.charCodeAt(0)] = ATOM;
  }
  for (const char of " \t") table[char.charCodeAt(0)] = BLANK;
  for (const char of '()<>[]:;@,."') table[char.charCodeAt(0)] = SPECIAL;
  return table;
})();

/** The class of a character; 0 for controls, the backslash, and what splits lines in some readers. */
function classOf(unit: number): number {
  if (unit < 0x80) return CLASS[unit]!;
  return unit < 0xa0 || unit === 0x2028 || unit === 0x2029 ? 0 : ATOM;
}

/** Whether a character may stand in an atom (RFC 5322 section 3.2.3 and RFC 6532). */
export function isAtomUnit(unit: number): boolean {
  return classOf(unit) === ATOM;
}

/**
 * Takes an unfolded value apart into atoms, quoted strings, literals and specials.
 *
 * A backslash escapes within quotes, comments and literals only. The first character that no token can hold, or an unclosed
 * quote, comment or literal, is the fault, and ends the list; so are comments more than `maxNesting` deep.
 *
 * @see RFC 5322 section 3.2, RFC 6532 section 3.2
 */
export function tokenise(text: string, maxNesting: number): Tokens {
  const tokens: Token[] = [];
  const comments: PlacedText[] = [];
  let blank = false;
  let at = 0;
  const fault = (kind: "malformed" | "too-deep", where: number): Tokens => ({
    tokens,
    comments,
    fault: { kind, at: where },
  });
  while (at < text.length) {
    const start = at;
    const kind = classOf(text.charCodeAt(at));
    if (kind === BLANK) {
      blank = true;
      at++;
      continue;
    }
    if (kind === ATOM) {
      do at++;
      while (at < text.length && classOf(text.charCodeAt(at)) === ATOM);
      tokens.push({ kind: "atom", text: text.slice(start, at), start, blank });
    } else if (kind !== SPECIAL) {
      return fault("malformed", at);
    } else if (text[at] === "(") {
      const close = closeComment(text, at, maxNesting);
      if (typeof close !== "number") return fault(close.kind, close.at);
      comments.push({ text: withoutEscapes(text.slice(start + 1, close)), start });
      at = close + 1;
      continue;
    } else if (text[at] === '"' || text[at] === "[") {
      const quoted = text[at] === '"';
      const close = closeSpan(text, at, quoted ? '"' : "]");
      if (close < 0) return fault("malformed", at);
      at = close + 1;
      tokens.push(
        quoted
          ? { kind: "quoted", text: withoutEscapes(text.slice(start + 1, close)), start, blank }
          : { kind: "literal", text: text.slice(start, at), start, blank },
      );
    } else {
      at++;
      tokens.push({ kind: "special", text: text[start]!, start, blank });
    }
    blank = false;
  }
  return { tokens, comments, fault: undefined };
}

/**
 * What readers show who take comments otherwise than the grammar: to some they end early, at the first `)`, or at a fold, which to
 * Python closes one of those that are open. What follows is text, and a dot or at sign beside the place of the comment joins what
 * stands there, quoted or not. To Python the parentheses of comments within one are nothing. To others an angle ends at the first
 * `>`, be it in a comment.
 *
 * `folds` are the characters before which there was one, in their order. Nothing where all readers show the same.
 */
export function commentReadings(
  text: string,
  comments: readonly PlacedText[],
  folds: readonly number[],
): readonly PlacedText[] {
  const [first] = comments;
  if (first === undefined) return [];
  const nested = comments.filter((comment) => /[()]/.test(comment.text));
  const place = ({ start }: PlacedText, reading: string) => ({ text: reading, start });
  const flat = nested.length > 0 ? [withoutComments(text, comments, endAtFirst(text))] : [];
  const hasAngle = comments.some((comment) => comment.text.includes(">"));
  return [
    ...nested.map((comment) => place(comment, comment.text.replace(/[()]/g, ""))),
    ...flat.map((reading) => place(first, reading)),
    ...(hasAngle ? [text, ...flat].map((reading) => place(first, withoutAngles(reading))) : []),
    ...(folds.length > 0 ? [place(first, withoutComments(text, comments, endAtFold(text, folds)))] : []),
  ];
}

/**
 * Quoted strings as Python shows them: one ends at its first fold, and an at sign that follows makes an address of what stands
 * there, whatever blanks are in it. Nothing of those without.
 */
export function quotedReadings(
  text: string,
  tokens: readonly Token[],
  folds: readonly number[],
): readonly PlacedText[] {
  if (folds.length === 0) return [];
  const readings: PlacedText[] = [];
  let fold = 0;
  for (const { kind, start } of tokens) {
    while (folds[fold]! < start) fold++;
    if (kind !== "quoted" || folds[fold] === undefined) continue;
    const rest = text.slice(folds[fold], closeSpan(text, start, '"')).trimStart();
    if (rest.startsWith("@")) readings.push({ text: closeUp(text.slice(start + 1, folds[fold]) + rest), start });
  }
  return readings;
}

/** Without the blanks beside dots and at signs. */
function closeUp(text: string): string {
  return text
    .split(/([@.])/)
    .map((part) => part.trim())
    .join("");
}

function withoutComments(text: string, comments: readonly PlacedText[], endOf: (start: number) => number): string {
  let flat = "";
  let from = 0;
  for (const { start } of comments) {
    let end = start;
    while (end > from && /[ \t"]/.test(text.charAt(end - 1))) end--;
    flat += text.slice(from, end);
    from = endOf(start);
    while (CLASS[text.charCodeAt(from)] === BLANK) from++;
    if (!JOINT.test(text.charAt(end - 1)) && !JOINT.test(text.charAt(from))) flat += " ";
    PLAIN.lastIndex = from;
    const [rest = ""] = PLAIN.exec(text) ?? [];
    flat += closeUp(rest);
    from += rest.length;
  }
  return flat + text.slice(from);
}

function withoutAngles(text: string): string {
  let rest = "";
  let from = 0;
  for (;;) {
    const open = text.indexOf("<", from);
    const close = open < 0 ? -1 : text.indexOf(">", open);
    if (close < 0) return rest + text.slice(from);
    rest += text.slice(from, open).trimEnd();
    from = close + 1;
    while (CLASS[text.charCodeAt(from)] === BLANK) from++;
    if (!JOINT.test(text.charAt(from))) rest += " ";
  }
}

function endAtFirst(text: string): (start: number) => number {
  return (start) => text.indexOf(")", start) + 1;
}

/** Asked for comments in their order. */
function endAtFold(text: string, folds: readonly number[]): (start: number) => number {
  let fold = 0;
  return (start) => {
    let depth = 0;
    for (let at = start; at < text.length; at++) {
      while (folds[fold]! < at) fold++;
      if (folds[fold] === at && depth > 0 && --depth === 0) return at;
      const char = text[at];
      if (char === "\\") at++;
      else if (char === "(") depth++;
      else if (char === ")" && --depth === 0) return at + 1;
    }
    return text.length;
  };
}

const JOINT = /[@.]/;
/** What may be the rest of a comment: blanks within it join as well. */
const PLAIN = /[^()"<>,]*/y;

function closeComment(
  text: string,
  open: number,
  maxNesting: number,
): number | { readonly kind: "malformed" | "too-deep"; readonly at: number } {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const char = text[at];
    if (char === "\\") at++;
    else if (char === "(") {
      if (++depth > maxNesting) return { kind: "too-deep", at };
    } else if (char === ")" && --depth === 0) return at;
  }
  return { kind: "malformed", at: open };
}

/** Where a quoted string or literal ends; negative where it does not. */
function closeSpan(text: string, open: number, close: string): number {
  for (let at = open + 1; at < text.length; at++) {
    const char = text[at];
    if (char === "\\") at++;
    else if (char === close) return at;
    else if (char === "[" && close === "]") return -1;
  }
  return -1;
}

function withoutEscapes(text: string): string {
  return text.includes("\\") ? text.replace(/\\([\s\S])/g, "$1") : text;
}
