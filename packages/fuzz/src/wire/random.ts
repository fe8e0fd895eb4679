/** Random numbers that a seed determines (mulberry32): fast, and not for secrets. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to 2^32 - 1. */
  u32(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number below `limit`, which is at least 1. */
  below(limit: number): number {
    return Math.floor((this.u32() / 0x1_0000_0000) * limit);
  }

  /** True once in so many times. */
  once(inSoMany: number): boolean {
    return this.below(inSoMany) === 0;
  }

  pick<const T extends readonly [unknown, ...unknown[]]>(from: T): T[number] {
    return from[this.below(from.length)];
  }

  /** That many random octets. */
  octets(length: number): Buffer {
    const made = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; at++) made[at] = this.u32() & 0xff;
    return made;
  }

  /** Cuts octets into pieces: whole, octet by octet, or at random places. */
  cut(whole: Buffer): readonly Buffer[] {
    if (this.once(4)) return [whole];
    const most = this.once(12) && whole.length < 2_000 ? 1 : this.pick([60, 600, whole.length]);
    const pieces: Buffer[] = [];
    for (let at = 0; at < whole.length; ) {
      const end = at + 1 + (most === 1 ? 0 : this.below(most));
      pieces.push(whole.subarray(at, end));
      at = end;
    }
    return pieces;
  }
}
