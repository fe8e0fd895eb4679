import { type ByteSet, complement, intersection, union } from "../byte-set.js";
import type { Node } from "../syntax.js";

const UPPER: ByteSet = [[0x41, 0x5a]];
const NOT_LOWER = complement([[0x61, 0x7a]]);

/** The octets that match a set. Where case is ignored, the set is written for capitals, as glibc compares them. */
export function leafOf(set: ByteSet, caseless: boolean): Node {
  if (!caseless) return { type: "set", set };
  const small = intersection(set, UPPER).map(([low, high]): [number, number] => [low + 32, high + 32]);
  return { type: "set", set: union(intersection(set, NOT_LOWER), small) };
}

function everyByte(caseless: boolean): readonly Node[] {
  return Array.from({ length: 256 }, (_, byte) => leafOf([[byte, byte]], caseless));
}

/** The leaf of each octet: made once, as patterns are mostly these. */
export const EXACT_BYTES = /* @__PURE__ */ everyByte(false);
/** The leaf of each octet where case is ignored. */
export const CASELESS_BYTES = /* @__PURE__ */ everyByte(true);
