const ATEXT = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\u00a0-\\u2027\\u202a-\\u{10ffff}-]";
/** To its end: a shorter one would be tried again and again. */
const ATOM = `${ATEXT}+(?!${ATEXT})`;
const DOT_ATOM = `${ATOM}(?:\\.${ATOM})*`;
const QUOTED = '"(?:[^"\\\\\\x00-\\x08\\x0a-\\x1f\\x7f]|\\\\[\\t -~])*"';
const LITERAL = "\\[[!-Z^-~]*\\]";
const ADDRESS = `\\s*(?:${DOT_ATOM}|${QUOTED})\\s*@\\s*(?:${DOT_ATOM}|${LITERAL})\\s*`;
const PHRASE = `\\s*(?:(?:${ATOM}|${QUOTED})\\s*)+`;
const MAILBOX = `(?:${ADDRESS}|(?:${PHRASE})?\\s*<${ADDRESS}>\\s*)`;
const LIST = new RegExp(`^${MAILBOX}(?:,${MAILBOX})*$`, "u");

/**
 * Whether a value is a mailbox list of the grammar of RFC 5322 section 3.4 without its obsolete forms (RFC 6532 admitted).
 *
 * Written apart from the parser under test.
 */
export function isStrictList(value: string): boolean {
  const bare = withoutComments(value.replace(/\r\n(?=[ \t])/g, ""));
  // A long value may cost much: what is no longer made by hand is not called strict.
  return bare !== undefined && bare.length < 400 && LIST.test(bare);
}

/** The value with a blank in place of each comment; undefined where one is not closed. */
function withoutComments(value: string): string | undefined {
  let text = "";
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < value.length; at++) {
    const char = value[at]!;
    if (char === "\\" && (quoted || depth > 0)) {
      if (depth === 0) text += value.slice(at, at + 2);
      at++;
    } else if (char === '"' && depth === 0) {
      quoted = !quoted;
      text += char;
    } else if (char === "(" && !quoted) depth++;
    else if (char === ")" && !quoted) {
      if (--depth < 0) return undefined;
      text += " ";
    } else if (depth === 0) text += char;
  }
  return depth === 0 ? text : undefined;
}
