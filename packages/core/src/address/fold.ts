const DOTLESS_I = "\u0131";
const CHEROKEE = /^[\u13a0-\u13ff\uab70-\uabbf]$/u;

/**
 * Full case folding: what Postfix does to an address before it looks it up, so that `Stra\u00dfe` and `STRASSE` are one.
 *
 * Locale does not matter. The folding is that of the platform's Unicode version.
 *
 * @see Unicode Standard section 3.13 (toCasefold), CaseFolding.txt (C and F), Postfix casefold
 */
export function fold(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  return Array.from(text, foldCharacter).join("");
}

/** A to Z in small letters, and nothing else: the case rule of local parts at nearly every host. */
export function lowerAscii(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase()) : text;
}

/**
 * The case mappings taken there and back agree with CaseFolding.txt for every code point but these: the dotless i, which
 * folds to itself, and Cherokee, which folds to capitals.
 */
function foldCharacter(char: string): string {
  if (char === DOTLESS_I) return char;
  if (CHEROKEE.test(char)) return char.toUpperCase();
  return char.toLowerCase().toUpperCase().toLowerCase();
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
