import type { State } from "./states.js";

/** Where a match begins and ends. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Bounds of each group by number, or undefined where it took no part; 0 is the whole match. */
export type Bounds = readonly (Span | undefined)[];

/** The bounds of groups on one way, kept as glibc keeps them. */
export class Registers {
  /** Start and end of each group, -1 where there is none. */
  private current: Int32Array;
  /** As they were behind the last group that took something. */
  private kept: Int32Array;

  constructor(private readonly highest: number) {
    this.current = new Int32Array(2 * (highest + 1)).fill(-1);
    this.kept = this.current.slice();
  }

  copy(): Registers {
    const copy = new Registers(this.highest);
    copy.current.set(this.current);
    copy.kept.set(this.kept);
    return copy;
  }

  visit({ kind, group, optional }: State, at: number): void {
    if (group > this.highest) return;
    const [start, end] = [2 * group, 2 * group + 1];
    if (kind === "open") {
      this.current[start] = at;
      this.current[end] = -1;
    } else if (kind === "close") {
      if (this.current[start]! < at) {
        this.current[end] = at;
        this.kept = this.current.slice();
      } else if (optional && this.kept[start] !== -1) {
        // An empty turn of a repeated group undoes itself, with the groups in it.
        this.current = this.kept.slice();
      } else this.current[end] = at;
    }
  }

  /** Both ends of a group, set or not, to compare. */
  shown(group: number): string {
    return `${this.current[2 * group]},${this.current[2 * group + 1]}`;
  }

  bounds(group: number): Span | undefined {
    const [start = -1, end = -1] = this.current.subarray(2 * group, 2 * group + 2);
    return start < 0 || end < 0 ? undefined : { start, end };
  }
}
