/** What makes the reading of a pattern more than that of its groups: references, `\Q`, and escapes in braces. */
const BEYOND = /\\[1-9gkQEKN]/;

/**
 * A pattern, as a table of patterns has it, with a login in place of one of its groups: what it matches where that group is the
 * login. `/^(.*)@example\.com$/` with `ann` for group 1 is `/^ann@example\.com$/`.
 *
 * Undefined where that cannot be told by looking: a group that is repeated, within another, or one of several alternatives, a
 * reference, a condition around the pattern, the flag `x`.
 */
export function patternForLogin(text: string, group: number, login: string): string | undefined {
  const [delimiter = ""] = text;
  const end = text.lastIndexOf(delimiter);
  const [source, flags] = [text.slice(1, end), text.slice(end + 1)];
  if (!/^[^\w\s!\\]$/.test(delimiter) || end < 1 || flags.includes("x") || /\s/.test(flags)) return undefined;
  if (BEYOND.test(source) || hasEnd(source, delimiter)) return undefined;
  const found = groupIn(source, group);
  if (found === undefined) return undefined;
  const literal = login.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  return `${delimiter}${source.slice(0, found.start)}${literal}${source.slice(found.end)}${delimiter}${flags}`;
}

/** Whether the delimiter stands inside too: of two patterns in one line. */
function hasEnd(source: string, delimiter: string): boolean {
  return source.replace(/\\./gs, "").includes(delimiter);
}

/** Where a group stands that is on every way through the pattern, once. */
function groupIn(source: string, group: number): { readonly start: number; readonly end: number } | undefined {
  let depth = 0;
  let count = 0;
  let start = -1;
  let found: { readonly start: number; readonly end: number } | undefined;
  for (let at = 0; at < source.length; at++) {
    const char = source.charAt(at);
    if (char === "\\") at++;
    else if (char === "[") {
      const close = /^\[\^?\]?(?:\[:\w+:\]|\\[^\]]|[^\]\\])*\]/.exec(source.slice(at));
      if (close === null) return undefined;
      at += close[0].length - 1;
    } else if (char === "(") {
      const isPlain = source.startsWith("(?:", at);
      if (!isPlain && /^\([?*]/.test(source.slice(at, at + 2))) return undefined;
      if (!isPlain && ++count === group && depth === 0) start = at;
      depth++;
    } else if (char === ")") {
      depth--;
      if (depth === 0 && start >= 0 && found === undefined) {
        if (/^[*+?{]/.test(source.slice(at + 1))) return undefined;
        found = { start, end: at + 1 };
      }
    } else if (char === "|" && depth === 0) return undefined;
  }
  return found;
}
