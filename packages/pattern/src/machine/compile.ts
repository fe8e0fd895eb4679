import type { ByteSet } from "../byte-set.js";
import { isNullable } from "../nullable.js";
import { isAnchored } from "../paths.js";
import type { Node, Pattern } from "../syntax.js";
import { analyse } from "./analyse.js";
import { Assembler } from "./assembler.js";
import { newlineOf } from "./newline.js";
import { literalRun, looksLittle, nodesOf, weightOf } from "./nodes.js";
import { groupSlot, Op, type Program, SLOT_SCOPE, Verb } from "./program.js";

/** Instructions that counted repeats may be written out to; beyond, they count at run time. */
const MAX_WRITTEN_OUT = 2000;
/** Compiles a pattern in which nothing is unsupported. */
export function compileProgram(pattern: Pattern): Program {
  return new Compiler(pattern).compile();
}

class Compiler extends Assembler {
  private readonly groups = new Map<number, Node>();
  /** Calls of each group that is called. */
  private readonly routines = new Map<number, number[]>();
  /** Where groups are opened, if the pattern asks what they took before they end. */
  private readonly asksGroups: boolean;
  private readonly hasVerbs: boolean;
  private readonly utf: boolean;
  private readonly bsrAnyCrlf: boolean;
  private written = 0;
  /** The slot of the alternatives around, for THEN. */
  private alternatives = -1;
  /** Ends of the lookarounds around, to be filled in by `(*ACCEPT)`. */
  private accepts: number[] | undefined;
  private readonly mainAccepts: number[] = [];
  private openGroups: { readonly index: number; readonly opened: number }[] = [];

  constructor(private readonly pattern: Pattern) {
    super();
    const all = [...nodesOf(pattern.root)];
    this.asksGroups = all.some(({ type }) => type === "reference" || type === "condition" || type === "call");
    this.hasVerbs = all.some((node) => node.type === "verb" && node.name !== "ACCEPT" && node.name !== "MARK");
    for (const node of all) {
      if (node.type === "capture" && !this.groups.has(node.index)) this.groups.set(node.index, node.body);
    }
    const names = new Set(pattern.settings.map(({ name }) => name));
    this.utf = names.has("UTF") || names.has("UTF8");
    this.bsrAnyCrlf = pattern.settings.findLast(({ name }) => name.startsWith("BSR_"))?.name === "BSR_ANYCRLF";
    this.slotCount = groupSlot(pattern.captureCount + 1);
  }

  compile(): Program {
    const { pattern } = this;
    const names = new Set(pattern.settings.map(({ name }) => name));
    this.emit(pattern.root);
    for (const accept of this.mainAccepts) this.code[accept + 1] = this.here;
    this.put(Op.Match, names.has("NOTEMPTY") ? 1 : names.has("NOTEMPTY_ATSTART") ? 2 : 0);
    // A routine may call others, which come to the list as it goes.
    for (const [group, calls] of this.routines) calls.unshift(this.emitRoutine(group));
    for (const [at, ...calls] of this.routines.values()) for (const call of calls) this.code[call + 1] = at!;
    const newline = newlineOf(pattern.settings);
    const analysis = analyse(this.code, {
      sets: this.sets,
      text: this.text,
      ranges: this.ranges,
      memoSlots: this.memoSlots,
      isPlainNewline: newline === "LF",
      addSet: (words) => this.addWords(words),
    });
    return {
      code: Int32Array.from(this.code),
      sets: Int32Array.from(this.sets),
      text: Uint8Array.from(this.text),
      lists: this.lists,
      ranges: this.ranges,
      captureCount: pattern.captureCount,
      slotCount: this.slotCount,
      memoWidth: analysis.remembers ? this.memoSlots.length : 0,
      memoSlots: this.memoSlots,
      stepsPerOctet: looksLittle(pattern.root) ? analysis.stepsPerOctet : Number.POSITIVE_INFINITY,
      anchored: pattern.anchored || isAnchored(pattern.root),
      first: analysis.first,
      utf: this.utf,
      newline,
      skipsCrlf: (newline === "CRLF" || newline === "ANY" || newline === "ANYCRLF") && !pattern.namesLineEnd,
    };
  }

  private groupsOf(to: number | string): readonly number[] {
    return typeof to === "string" ? (this.pattern.names.get(to) ?? []) : [to];
  }

  private emit(node: Node): void {
    switch (node.type) {
      case "set":
        this.emitSet(node.set);
        return;
      case "chars":
        this.put(Op.Chars, this.addRanges(node.ranges));
        return;
      case "sequence":
        this.emitSequence(node.items);
        return;
      case "alternatives":
        this.emitAlternatives(node.items);
        return;
      case "capture":
        this.emitCapture(node.index, node.body);
        return;
      case "repeat":
        this.emitRepeat(node);
        return;
      case "assertion":
        this.put(
          {
            start: Op.Start,
            end: Op.End,
            dollar: Op.Dollar,
            "line-start": Op.LineStart,
            "line-end": Op.LineEnd,
            "word-boundary": Op.WordBoundary,
            "no-word-boundary": Op.NoWordBoundary,
          }[node.kind],
        );
        return;
      case "look":
        if (node.atomic) this.emitLook(node, undefined);
        else this.emitOpenLook(node);
        return;
      case "atomic":
        this.emitAtomic(() => this.emit(node.body));
        return;
      case "reference": {
        const groups = this.groupsOf(node.to);
        const how = node.caseless ? (this.utf ? 2 : 1) : 0;
        this.put(Op.Reference, this.addList(groups), how);
        return;
      }
      case "call": {
        const group = this.groupsOf(node.to)[0]!;
        const at = this.put(Op.Call, 0, group);
        const calls = this.routines.get(group);
        if (calls === undefined) this.routines.set(group, [at]);
        else calls.push(at);
        return;
      }
      case "condition":
        this.emitCondition(node);
        return;
      case "keep":
        this.put(Op.Keep);
        return;
      case "newline-sequence":
        this.emitNewlineSequence();
        return;
      case "verb":
        this.emitVerb(node.name);
        return;
      case "unsupported":
        throw new TypeError(`the gate let ${node.what} through`);
    }
  }

  private emitSet(set: ByteSet): void {
    const [first] = set;
    if (first === undefined) this.put(Op.Fail);
    else if (set.length === 1 && first[0] === first[1]) this.put(Op.Byte, first[0]);
    else if (set.length === 1 && first[0] === 0 && first[1] === 255) this.put(Op.Any);
    else this.put(Op.Set, this.addSet(set));
  }

  private emitSequence(items: readonly Node[]): void {
    for (let i = 0; i < items.length; ) {
      const run = literalRun(items, i);
      if (run.bytes.length > 1) {
        const from = this.text.length;
        this.text.push(...run.bytes);
        this.put(Op.Text, from, run.bytes.length, run.caseless ? 1 : 0);
        i += run.bytes.length;
      } else {
        this.emit(items[i]!);
        i += 1;
      }
    }
  }

  private emitAlternatives(items: readonly Node[]): void {
    this.emitBranches(items.map((item) => () => this.emit(item)));
  }

  private emitBranches(branches: readonly (() => void)[]): void {
    const outer = this.alternatives;
    // THEN goes back to where the branch around it began, and so on with the next.
    const marksBranches = this.hasVerbs && branches.length > 1;
    if (marksBranches) this.alternatives = this.newSlot();
    const ends: number[] = [];
    for (const [i, emitBranch] of branches.entries()) {
      const isLast = i === branches.length - 1;
      const split = isLast ? -1 : this.choose(Op.Split);
      if (!isLast) this.code[split + 1] = this.here;
      if (marksBranches) this.put(Op.Enter, this.alternatives);
      emitBranch();
      if (!isLast) {
        ends.push(this.put(Op.Jump));
        this.code[split + 2] = this.here;
      }
    }
    for (const end of ends) this.code[end + 1] = this.here;
    this.alternatives = outer;
  }

  private emitCapture(index: number, body: Node): void {
    const begin = groupSlot(index);
    const opened = this.asksGroups ? this.newSlot() : begin;
    this.put(Op.Save, opened);
    this.openGroups.push({ index, opened });
    this.emit(body);
    this.openGroups.pop();
    this.put(Op.Close, index, opened);
  }

  private emitRepeat({ body, min, max, mode }: Node & { readonly type: "repeat" }): void {
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

  private emitAtomic(emitBody: () => void): void {
    const slot = this.newSlot();
    this.put(Op.Enter, slot);
    emitBody();
    this.put(Op.Cut, slot);
  }

  /**
   * A lookaround; `whenFalse` collects what must go to where it is false.
   *
   * @returns the slot of the scope around it, which holds again behind it; -1 where it has none
   */
  private emitLook(node: Node & { readonly type: "look" }, whenFalse: number[] | undefined): number {
    const outer = { accepts: this.accepts, scope: -1 };
    // Other verbs than THEN go through a lookahead that must be true, unless it is a condition.
    const holdsVerbs = this.hasVerbs && (node.negative || whenFalse !== undefined);
    if (holdsVerbs) {
      outer.scope = this.newSlot();
      this.put(Op.Copy, outer.scope, SLOT_SCOPE);
    }
    const slot = this.newSlot();
    const negative = (node.negative ? 1 : 0) + (holdsVerbs ? 2 : 0);
    const look = this.put(Op.Look, slot, 0, -1, negative);
    this.accepts = [];
    this.emitLookBody(node);
    for (const accept of this.accepts) this.code[accept + 1] = this.here;
    this.accepts = outer.accepts;
    const end = this.put(Op.LookEnd, slot, 0, -1, negative);
    this.code[look + 2] = this.here;
    this.code[end + 2] = this.here;
    whenFalse?.push(look, end);
    if (holdsVerbs) this.put(Op.Copy, SLOT_SCOPE, outer.scope);
    return outer.scope;
  }

  private emitLookBody(node: Node & { readonly type: "look" }): void {
    const outer = this.alternatives;
    if (this.hasVerbs) {
      // THEN does not leave a lookaround.
      this.alternatives = this.newSlot();
      this.put(Op.Enter, this.alternatives);
    }
    if (node.behind) this.emitBehind(node);
    else this.emit(node.body);
    this.alternatives = outer;
  }

  private emitBehind(node: Node & { readonly type: "look" }): void {
    const branches = node.body.type === "alternatives" ? node.body.items : [node.body];
    const lengths = this.pattern.behind?.get(node) ?? [];
    this.emitBranches(
      branches.map((branch, i) => () => {
        this.put(Op.Back, lengths[i] ?? 0);
        this.emit(branch);
      }),
    );
  }

  /** A lookaround that can be backtracked into. */
  private emitOpenLook(node: Node & { readonly type: "look" }): void {
    const slot = this.newSlot();
    this.put(Op.Save, slot);
    this.emitLookBody(node);
    this.put(Op.Restore, slot);
  }

  private emitCondition({ test, yes, no }: Node & { readonly type: "condition" }): void {
    if (test.kind === "define") return;
    if (test.kind === "constant") {
      if (test.value) this.emit(yes);
      else if (no) this.emit(no);
      return;
    }
    const toNo: [at: number, operand: number][] = [];
    let scope = -1;
    if (test.kind === "look") {
      const looks: number[] = [];
      scope = this.emitLook(test.look as Node & { readonly type: "look" }, looks);
      for (const at of looks) toNo.push([at, 3]);
    } else {
      const groups = test.to === undefined ? [] : this.groupsOf(test.to);
      toNo.push([this.put(test.kind === "group" ? Op.IfGroup : Op.IfCall, this.addList(groups)), 2]);
    }
    this.emit(yes);
    const end = this.put(Op.Jump);
    for (const [at, operand] of toNo) this.code[at + operand] = this.here;
    if (scope >= 0) this.put(Op.Copy, SLOT_SCOPE, scope);
    if (no) this.emit(no);
    this.code[end + 1] = this.here;
  }

  private emitNewlineSequence(): void {
    const crlf = [13, 10].map((byte): Node => ({ type: "set", set: [[byte, byte]] }));
    const single: Node[] = [];
    if (this.bsrAnyCrlf)
      single.push({
        type: "set",
        set: [
          [10, 10],
          [13, 13],
        ],
      });
    else if (!this.utf)
      single.push({
        type: "set",
        set: [
          [10, 13],
          [0x85, 0x85],
        ],
      });
    else
      single.push({
        type: "chars",
        ranges: [
          [10, 13],
          [0x85, 0x85],
          [0x2028, 0x2029],
        ],
      });
    this.emitAtomic(() => this.emitAlternatives([{ type: "sequence", items: crlf }, ...single]));
  }

  private emitVerb(name: string): void {
    switch (name) {
      case "ACCEPT":
        for (const { index, opened } of [...this.openGroups].reverse()) this.put(Op.Close, index, opened);
        if (this.accepts !== undefined) this.accepts.push(this.put(Op.Jump));
        else this.mainAccepts.push(this.put(Op.Accept, -1));
        return;
      case "COMMIT":
        this.put(Op.Verb, Verb.Commit, -1);
        return;
      case "PRUNE":
        this.put(Op.Verb, Verb.Prune, -1);
        return;
      case "SKIP":
        this.put(Op.Verb, Verb.Skip, -1);
        return;
      case "THEN":
        this.put(Op.Verb, Verb.Then, this.alternatives);
        return;
    }
  }

  /** The group as calls run it; returns where it begins. */
  private emitRoutine(group: number): number {
    this.emptyLoops = [];
    this.alternatives = -1;
    this.accepts = undefined;
    this.openGroups = [];
    const at = this.here;
    this.emit(group === 0 ? this.pattern.root : this.groups.get(group)!);
    this.put(Op.Return, -1);
    return at;
  }
}
