/** A piece of a replacement: text as it is, or the number of a group, from 1. */
export type TemplatePart = string | number;

/** A parsed replacement text. */
export interface Template {
  readonly parts: readonly TemplatePart[];
  /** The highest group that it names; 0 where it names none. */
  readonly highestGroup: number;
}

/** What is wrong with a replacement text, in the words that Postfix would log. */
export interface TemplateFault {
  readonly code: "non-numeric-index" | "index-out-of-range" | "empty-name" | "truncated-reference";
  readonly message: string;
}

/**
 * Parses the replacement text of a Postfix pattern table: `$1`, `${1}`, `$(1)`, and `$$` for a dollar.
 *
 * A bare name is the longest run of letters, digits and underscores, so `$1x` is faulty, as are `$0`, `$name` and
 * `${1?x}`. The text may be octets or characters: what is not a reference is kept.
 *
 * @see Postfix pcre_table(5), "TEXT SUBSTITUTION"; mac_parse(3)
 */
export function parseTemplate(
  text: string,
):
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly faults: readonly TemplateFault[] } {
  const parts: TemplatePart[] = [];
  const faults: TemplateFault[] = [];
  let literal = "";
  let highestGroup = 0;
  let position = 0;
  while (position < text.length) {
    const dollar = text.indexOf("$", position);
    if (dollar < 0) {
      literal += text.slice(position);
      break;
    }
    literal += text.slice(position, dollar);
    if (text[dollar + 1] === "$") {
      literal += "$";
      position = dollar + 2;
      continue;
    }
    const reference = readReference(text, dollar + 1);
    if ("fault" in reference) {
      faults.push(reference.fault);
      break;
    }
    position = reference.end;
    const group = groupNumber(reference.name);
    if (typeof group !== "number") {
      faults.push(group);
      continue;
    }
    if (literal !== "") parts.push(literal);
    literal = "";
    parts.push(group);
    highestGroup = Math.max(highestGroup, group);
  }
  if (literal !== "") parts.push(literal);
  return faults.length > 0 ? { ok: false, faults } : { ok: true, template: { parts, highestGroup } };
}

/** The replacement with its groups filled in; a group that took no part gives nothing. */
export function expandTemplate(template: Template, captures: readonly (string | undefined)[]): string {
  let out = "";
  for (const part of template.parts) out += typeof part === "string" ? part : (captures[part] ?? "");
  return out;
}

/** Reads the name behind a dollar; braces and parentheses nest with their own kind. */
function readReference(
  text: string,
  start: number,
): { readonly name: string; readonly end: number } | { readonly fault: TemplateFault } {
  const open = text[start];
  const close = { "{": "}", "(": ")" }[open ?? ""];
  let end = start;
  let name = "";
  if (close === undefined) {
    while (/[A-Za-z0-9_]/.test(text[end] ?? "")) end += 1;
    name = text.slice(start, end);
  } else {
    let level = 1;
    for (end = start + 1; level > 0; end += 1) {
      const char = text[end];
      if (char === undefined) {
        return { fault: { code: "truncated-reference", message: `truncated macro reference: "${text}"` } };
      }
      if (char === open) level += 1;
      else if (char === close) level -= 1;
    }
    name = text.slice(start + 1, end - 1);
  }
  if (name === "") return { fault: { code: "empty-name", message: `empty macro name: "${text}"` } };
  return { name, end };
}

function groupNumber(name: string): number | TemplateFault {
  if (!/^[0-9]+$/.test(name)) {
    return { code: "non-numeric-index", message: `non-numeric replacement index "${name}"` };
  }
  const number = wrapped(name);
  return number >= 1 ? number : { code: "index-out-of-range", message: `out of range replacement index "${name}"` };
}

const MAX_LONG = 2n ** 63n - 1n;

/** Digits as C's atoi reads them on 64-bit machines: the number that Postfix compares and logs. */
function wrapped(digits: string): number {
  if (digits.length < 10) return Number(digits);
  const long = digits.length > 19 && /^0*[1-9][0-9]{19}/.test(digits) ? MAX_LONG : BigInt(digits);
  return Number(BigInt.asIntN(32, long > MAX_LONG ? MAX_LONG : long));
}
