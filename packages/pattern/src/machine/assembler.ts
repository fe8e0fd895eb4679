import type { ByteSet } from "../byte-set.js";
import type { CodeRanges } from "../syntax.js";
import { type Op, SET_WORDS } from "./program.js";

/** Loops that can be empty, one within another, up to which what failed is remembered. */
const MAX_EMPTY_LOOPS = 4;

/** What a program is put together from: instructions, and the tables that they refer to. */
export abstract class Assembler {
  protected readonly code: number[] = [];
  protected readonly sets: number[] = [];
  private readonly setNumbers = new Map<string, number>();
  protected readonly text: number[] = [];
  protected readonly lists: (readonly number[])[] = [];
  protected readonly ranges: Int32Array[] = [];
  protected readonly memoSlots: (readonly number[])[] = [];
  protected slotCount = 0;
  /** Loops that can be empty, around what is compiled: their slots. */
  protected emptyLoops: number[] = [];

  protected get here(): number {
    return this.code.length;
  }

  protected put(op: Op, a = 0, b = 0, c = 0, d = 0): number {
    const at = this.here;
    this.code.push(op, a, b, c, d, -1);
    return at;
  }

  /** An instruction with several ways on, which is remembered where it failed. */
  protected choose(op: Op, a = 0, b = 0, c = -1, d = -1): number {
    const at = this.put(op, a, b, c, d);
    if (this.emptyLoops.length <= MAX_EMPTY_LOOPS) {
      this.code[at + 5] = this.memoSlots.length;
      const slots = [...this.emptyLoops];
      for (let i = 0; i < 1 << slots.length; i += 1) this.memoSlots.push(slots);
    } else this.code[at + 5] = -2;
    return at;
  }

  protected newSlot(): number {
    this.slotCount += 1;
    return this.slotCount - 1;
  }

  protected addSet(set: ByteSet): number {
    const words = new Array<number>(SET_WORDS).fill(0);
    for (const [low, high] of set) for (let byte = low; byte <= high; byte += 1) words[byte >> 5]! |= 1 << (byte & 31);
    return this.addWords(words);
  }

  addWords(words: readonly number[]): number {
    const key = words.join();
    let number = this.setNumbers.get(key);
    if (number === undefined) {
      number = this.sets.length;
      this.sets.push(...words);
      this.setNumbers.set(key, number);
    }
    return number;
  }

  protected addList(list: readonly number[]): number {
    return this.lists.push(list) - 1;
  }

  protected addRanges(ranges: CodeRanges): number {
    return this.ranges.push(Int32Array.from(ranges.flat())) - 1;
  }
}
