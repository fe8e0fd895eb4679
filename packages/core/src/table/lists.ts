/** White space and commas: what separates elements in main.cf and in `type:{...}`. */
const SEPARATORS = ", \t\r\n";

/**
 * Splits at commas and white space outside braces; empty elements are dropped. An element keeps its braces.
 *
 * @see Postfix mystrtokq(3)
 */
export function splitOutsideBraces(text: string): readonly string[] {
  const elements: string[] = [];
  let level = 0;
  let element = "";
  for (const char of text) {
    if (level === 0 && SEPARATORS.includes(char)) {
      if (element !== "") elements.push(element);
      element = "";
      continue;
    }
    if (char === "{") level += 1;
    else if (char === "}" && level > 0) level -= 1;
    element += char;
  }
  if (element !== "") elements.push(element);
  return elements;
}

/** Where the brace that opens `text` is closed: the index behind it; undefined where it is not, or where none opens it. */
function endOfBraces(text: string): number | undefined {
  if (!text.startsWith("{")) return undefined;
  let level = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "{") level += 1;
    else if (text[at] === "}") level -= 1;
    if (level === 0) return at + 1;
  }
  return undefined;
}

/** What stands between the braces around the whole text; undefined where there are none, or nothing is in them. */
export function insideBraces(text: string): string | undefined {
  return endOfBraces(text) === text.length && text.length > 2 ? text.slice(1, -1) : undefined;
}

/**
 * Takes the text out of the braces that open and close it; a fault is in Postfix's words.
 *
 * @see Postfix extpar(3)
 */
export function unbraced(text: string): { readonly text: string } | { readonly fault: string } {
  if (!text.startsWith("{")) return { fault: `no '{' at start of text in "${text}"` };
  const end = endOfBraces(text);
  if (end === undefined) return { fault: `missing '}' in "${text}"` };
  return end < text.length ? { fault: `syntax error after '}' in "${text}"` } : { text: text.slice(1, -1) };
}

/** Without white space at both ends. */
export function trimBlanks(text: string): string {
  return trimBlanksAtEnd(text).replace(/^[\t-\r ]+/, "");
}

/** Without white space at its end. An expression that ends in `+$` takes time quadratic in the blanks within the text. */
export function trimBlanksAtEnd(text: string): string {
  let end = text.length;
  while (end > 0 && BLANK.test(text[end - 1] ?? "")) end -= 1;
  return text.slice(0, end);
}

const BLANK = /[\t-\r ]/;

/**
 * Where the word that begins `text` ends, outside double quotes; a backslash protects one character. `isOpen` where a quote
 * is not closed.
 */
export function quotedWord(text: string, behind: RegExp): { readonly end: number; readonly isOpen: boolean } {
  let isOpen = false;
  let end = 0;
  for (; end < text.length; end += 1) {
    const char = text[end] ?? "";
    if (char === "\\") end += 1;
    else if (char === '"') isOpen = !isOpen;
    else if (!isOpen && behind.test(char)) break;
  }
  return { end, isOpen };
}
