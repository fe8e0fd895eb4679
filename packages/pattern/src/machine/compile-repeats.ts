import type { ByteSet } from "../byte-set.js";
import { isNullable } from "../nullable.js";
import type { Node } from "../syntax.js";
import { Assembler } from "./assembler.js";
import { weightOf } from "./nodes.js";
import { Op } from "./program.js";

/** Instructions that counted repeats may be written out to; beyond, they count at run time. */
const MAX_WRITTEN_OUT = 2000;

/** Compiles repeats: as one instruction where an octet repeats, else written out, as loops, or counted. */
export abstract class RepeatCompiler extends Assembler {
  private written = 0;

  protected abstract emit(node: Node): void;

  protected emitRepeat({ body, min, max, mode }: Node & { readonly type: "repeat" }): void {
    if (max === 0) return;
    if (body.type === "set" && body.set.length > 0) {
      const set = this.addSet(body.set);
      if (min === 1) this.emitSet(body.set);
      else if (min > 1) this.put(Op.Times, set, min);
      if (max === min) return;
      const more = max === Number.POSITIVE_INFINITY ? -1 : max - min;
      // Where a possessive run could never give back, the analysis makes it a plain one, which is remembered.
      this.choose(mode === "lazy" ? Op.LazyRun : mode === "greedy" ? Op.Run : Op.PossessiveRun, set, more, -1, 0);
      return;
    }
    // PCRE2 looks at most once more than it must.
    const most = body.type === "look" && max === Number.POSITIVE_INFINITY ? min + 1 : max;
    const repeat = (): void => this.emitTurns(body, min, most, mode !== "lazy");
    if (mode === "possessive") this.emitAtomic(repeat);
    else repeat();
  }

  private emitTurns(body: Node, min: number, max: number, greedy: boolean): void {
    const copies = max === Number.POSITIVE_INFINITY ? Math.max(min, 1) : max;
    const weight = copies > 1 ? weightOf(body) * copies : 0;
    if (copies > 1 && this.written + weight > MAX_WRITTEN_OUT) {
      this.emitCounted(body, min, max, greedy);
      return;
    }
    this.written += weight;
    if (max === Number.POSITIVE_INFINITY) {
      for (let i = 1; i < min; i += 1) this.emit(body);
      this.emitLoop(body, min > 0, greedy);
      return;
    }
    for (let i = 0; i < min; i += 1) this.emit(body);
    const splits: number[] = [];
    for (let i = min; i < max; i += 1) {
      splits.push(this.choose(Op.Split));
      this.code[splits.at(-1)! + (greedy ? 1 : 2)] = this.here;
      this.emit(body);
    }
    for (const split of splits) this.code[split + (greedy ? 2 : 1)] = this.here;
  }

  /** A loop without a last turn. A turn that takes nothing is the last. */
  private emitLoop(body: Node, atLeastOnce: boolean, greedy: boolean): void {
    const [again, out] = greedy ? [1, 2] : [2, 1];
    const enter = atLeastOnce ? -1 : this.choose(Op.Split);
    const top = this.here;
    let test = -1;
    if (isNullable(body)) {
      const slot = this.newSlot();
      this.put(Op.Save, slot);
      this.emptyLoops.push(slot);
      this.emit(body);
      this.emptyLoops.pop();
      test = this.put(Op.IfEmpty, slot);
    } else this.emit(body);
    const leave = this.choose(Op.Split);
    this.code[leave + again] = top;
    this.code[leave + out] = this.here;
    if (test >= 0) this.code[test + 2] = this.here;
    if (enter >= 0) {
      this.code[enter + again] = top;
      this.code[enter + out] = this.here;
    }
  }

  private emitCounted(body: Node, min: number, max: number, greedy: boolean): void {
    if (min > 0) {
      const slot = this.newSlot();
      this.put(Op.Store, slot, 0);
      const top = this.here;
      this.emit(body);
      this.put(Op.CountTo, slot, min, top);
    }
    if (max === Number.POSITIVE_INFINITY) {
      this.emitLoop(body, false, greedy);
      return;
    }
    if (max === min) return;
    const slot = this.newSlot();
    this.put(Op.Store, slot, 0);
    const top = this.put(Op.IfCount, slot, max - min);
    const split = this.choose(Op.Split);
    this.code[split + (greedy ? 1 : 2)] = this.here;
    this.emit(body);
    this.put(Op.CountTo, slot, max - min, top);
    this.code[split + (greedy ? 2 : 1)] = this.here;
    this.code[top + 3] = this.here;
  }

  protected emitAtomic(emitBody: () => void): void {
    const slot = this.newSlot();
    this.put(Op.Enter, slot);
    emitBody();
    this.put(Op.Cut, slot);
  }

  protected emitSet(set: ByteSet): void {
    const [first] = set;
    if (first === undefined) this.put(Op.Fail);
    else if (set.length === 1 && first[0] === first[1]) this.put(Op.Byte, first[0]);
    else if (set.length === 1 && first[0] === 0 && first[1] === 255) this.put(Op.Any);
    else this.put(Op.Set, this.addSet(set));
  }
}
