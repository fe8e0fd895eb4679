/** From so many octets a view of words is made for them: it costs as much as reading half of them one by one. */
const WORTH_A_VIEW = 256;

/**
 * Finds controls in octets, four at a step where they are many: every octet of a header passes here, and nearly all of them are plain.
 *
 * The octets of a word are judged at once by what its subtraction borrows. A borrow may reach the octets above one that is a
 * control, never those below: the lowest that is marked is one.
 */
export class PlainOctets {
  readonly #bytes: Uint8Array;
  readonly #view: DataView | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    if (bytes.length >= WORTH_A_VIEW) this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the first octet below U+0020, or U+007F, stands in the octets from `from`; `stop`, at most their end, where there is none. */
  end(from: number, stop: number): number {
    const bytes = this.#bytes;
    let at = this.#view === undefined ? from : endOfWords(this.#view, from, stop);
    while (at < stop && !isControl(bytes[at]!)) at++;
    return at;
  }
}

/** Where the first control stands in whole words, or the octets behind the last of these. */
function endOfWords(view: DataView, from: number, stop: number): number {
  let at = from;
  for (; at + 4 <= stop; at += 4) {
    const word = view.getInt32(at, true);
    const sign = word ^ 0x7f7f7f7f;
    // Integers all the way: a difference beyond 32 bits would be counted as a fraction.
    const controls = ((((word - 0x20202020) | 0) & ~word) | (((sign - 0x01010101) | 0) & ~sign)) & 0x80808080;
    // Each mark is the high bit of its octet.
    if (controls !== 0) return at + ((31 - Math.clz32(controls & -controls)) >> 3);
  }
  return at;
}

function isControl(octet: number): boolean {
  return octet < 0x20 || octet === 0x7f;
}
