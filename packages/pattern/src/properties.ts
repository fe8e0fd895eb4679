import { type ByteSet, byteSet, complement } from "./byte-set.js";

const CATEGORY = /^(?:C[cfnos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?)$/i;

/**
 * The octets that have a property, read as the characters U+0000 to U+00FF; undefined where this package does not know it.
 *
 * General categories do not change for these. Scripts and binary properties do, so they are left out.
 *
 * @param text as written: `\\pL`, `\\P{Lu}`, `\\p{^Xan}`
 * @see pcre2pattern(3), "Unicode character properties"
 */
export function propertySet(text: string): ByteSet | undefined {
  const written = text.slice(2).replace(/^\{|\}$/g, "");
  const name = written.replace(/^\^/, "").replace(/[ \t_-]/g, "");
  const test = testOf(name);
  if (test === undefined) return undefined;
  const ranges: [number, number][] = [];
  for (let byte = 0; byte < 256; byte += 1) if (test(String.fromCharCode(byte))) ranges.push([byte, byte]);
  const set = byteSet(...ranges);
  return (text[1] === "P") !== written.startsWith("^") ? complement(set) : set;
}

function testOf(name: string): ((char: string) => boolean) | undefined {
  const expression = expressionOf(name);
  return expression && ((char) => expression.test(char));
}

function expressionOf(name: string): RegExp | undefined {
  switch (name.toLowerCase()) {
    case "any":
      return /^/;
    case "l&":
    case "lc":
      return /[\p{Lu}\p{Ll}\p{Lt}]/u;
    case "xan":
      return /[\p{L}\p{N}]/u;
    case "xsp":
    case "xps":
      return /[\p{Z}\t-\r\x85]/u;
    case "xwd":
      return /[\p{L}\p{N}_]/u;
    case "xuc":
      return /[$@`\xa0-\xff]/;
  }
  if (!CATEGORY.test(name)) return undefined;
  const [major = "", minor = ""] = name;
  const category = major.toUpperCase() + minor.toLowerCase();
  return new RegExp(`\\p{${category}}`, "u");
}
