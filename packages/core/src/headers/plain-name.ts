/**
 * Whether a name shows nothing that has to be judged, told without decoding it: printable ASCII and certain letters, as they are
 * or in encoded-words of UTF-8 in Q. Nearly every name is one.
 *
 * False where it takes a closer look: at an at sign, a control, what looks like an encoded-word or could become one, and letters
 * beyond the certain ones, U+00C0 to U+07FF, U+1000 to U+1FFF and U+3000 to U+CFFF.
 */
export function isPlainName(text: string): boolean {
  let at = 0;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (isPlain(unit) || isCertain(unit)) {
      at++;
      continue;
    }
    WORD.lastIndex = at;
    const end = WORD.test(text) ? endOfContent(text, WORD.lastIndex) : -1;
    if (end < 0) return false;
    at = end;
  }
  return true;
}

const WORD = /=\?utf-8\?q\?/iy;

/** Printable ASCII or a tab. Without at signs there is no address, and without `=` no word comes out of another. */
function isPlain(octet: number): boolean {
  return (octet >= 0x20 && octet < 0x7f && octet !== 0x3d && octet !== 0x40) || octet === 0x09;
}

/** Among these are no controls, no marks of direction and no at signs. */
function isCertain(unit: number): boolean {
  return (unit >= 0xc0 && unit < 0x800) || (unit >= 0x1000 && unit < 0x2000) || (unit >= 0x3000 && unit < 0xd000);
}

/** Where an encoded-word ends whose content begins at `from`; negative where that is not plain. */
function endOfContent(text: string, from: number): number {
  let followers = 0;
  let at = from;
  for (;;) {
    let octet = text.charCodeAt(at++);
    if (octet === 0x3f) return followers === 0 && text.charCodeAt(at) === 0x3d ? at + 1 : -1;
    const isEscape = octet === 0x3d;
    if (isEscape) {
      octet = digitOf(text.charCodeAt(at)) * 16 + digitOf(text.charCodeAt(at + 1));
      at += 2;
      if (octet >= 0x80 && octet < 0xc0 && followers > 0) {
        followers--;
        continue;
      }
    }
    if (followers > 0) return -1;
    // A blank is written as an underscore or escape.
    if (isPlain(octet) && (isEscape || octet > 0x20)) continue;
    followers = isEscape ? followersOf(octet) : 0;
    if (followers === 0) return -1;
  }
}

/** How many octets follow one that begins a certain letter, whichever they are; 0 where it begins none. */
function followersOf(octet: number): number {
  if (octet >= 0xc3 && octet <= 0xdf) return 1;
  return octet === 0xe1 || (octet >= 0xe3 && octet <= 0xec) ? 2 : 0;
}

/** Not a number where the character is no hexadecimal digit: no octet then. */
function digitOf(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const letter = unit | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : Number.NaN;
}
