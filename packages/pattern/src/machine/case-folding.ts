/**
 * Ranges of code points that have letters of two cases, in Unicode 14 as PCRE2 10.42 knows it. Letters that later versions
 * added are left out, so that a newer runtime folds no more than PCRE2 does.
 */
const CASED: readonly (readonly [number, number])[] = [
  [0x41, 0x5a],
  [0x61, 0x7a],
  [0xb5, 0x587],
  [0x10a0, 0x10ff],
  [0x13a0, 0x13fd],
  [0x1c80, 0x1cbf],
  [0x1d79, 0x1d8e],
  [0x1e00, 0x1fff],
  [0x2126, 0x2188],
  [0x24b6, 0x24e9],
  [0x2c00, 0x2d2d],
  [0xa640, 0xa7f6],
  [0xab53, 0xabbf],
  [0xff21, 0xff5a],
  [0x10400, 0x105bf],
  [0x10c80, 0x10cf2],
  [0x118a0, 0x118df],
  [0x16e40, 0x16e7f],
  [0x1e900, 0x1e943],
];

/** Letters that got their other case after Unicode 14. */
const LATER = new Set([0x1c89, 0x1c8a, 0xa7cb, 0xa7cc, 0xa7cd, 0xa7ce, 0xa7cf, 0xa7d2, 0xa7d4, 0xa7da, 0xa7db, 0xa7dc]);

let folded: ReadonlyMap<number, readonly number[]> | undefined;

/** The other code points that are this letter in another case, as PCRE2 10.42 has it with `(*UTF)`. */
export function otherCases(char: number): readonly number[] {
  folded ??= foldAll();
  return folded.get(char) ?? [];
}

/** Code points of a set of ranges that have another case, with those. */
export function casesIn(ranges: readonly (readonly [number, number])[]): number[] {
  folded ??= foldAll();
  const others: number[] = [];
  for (const [char, cases] of folded) {
    if (ranges.some(([low, high]) => low <= char && char <= high)) others.push(...cases);
  }
  return others;
}

function foldAll(): ReadonlyMap<number, readonly number[]> {
  const classes = new Map<number, Set<number>>();
  const join = (a: number, b: number): void => {
    const together = new Set([...(classes.get(a) ?? [a]), ...(classes.get(b) ?? [b])]);
    for (const each of together) classes.set(each, together);
  };
  for (const [low, high] of CASED) {
    for (let char = low; char <= high; char += 1) {
      if (LATER.has(char)) continue;
      const text = String.fromCodePoint(char);
      for (const other of [text.toLowerCase(), text.toUpperCase()]) {
        const code = other.codePointAt(0)!;
        if (other !== text && other === String.fromCodePoint(code) && !LATER.has(code)) join(char, code);
      }
    }
  }
  return new Map([...classes].map(([char, all]) => [char, [...all].filter((other) => other !== char)]));
}
