import { isAnchored } from "../paths.js";
import type { Node, Pattern } from "../syntax.js";
import { analyse } from "./analyse.js";
import { BranchCompiler } from "./compile-branches.js";
import { newlineOf } from "./newline.js";
import { literalRun, looksLittle, newlineSequence, nodesOf } from "./nodes.js";
import { groupSlot, Op, type Program, SLOT_SCOPE, Verb } from "./program.js";

/** Compiles a pattern in which nothing is unsupported. */
export function compileProgram(pattern: Pattern): Program {
  return new Compiler(pattern).compile();
}

class Compiler extends BranchCompiler {
  private readonly groups = new Map<number, Node>();
  /** Calls of each group that is called. */
  private readonly routines = new Map<number, number[]>();
  /** Where groups are opened, if the pattern asks what they took before they end. */
  private readonly asksGroups: boolean;
  private readonly utf: boolean;
  private readonly bsrAnyCrlf: boolean;
  private readonly mainAccepts: number[] = [];
  private openGroups: { readonly index: number; readonly opened: number }[] = [];

  constructor(pattern: Pattern) {
    super(pattern);
    const all = [...nodesOf(pattern.root)];
    this.asksGroups = all.some(({ type }) => type === "reference" || type === "condition" || type === "call");
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

  protected emit(node: Node): void {
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
        this.emitAtomic(() => this.emit(newlineSequence(this.bsrAnyCrlf, this.utf)));
        return;
      case "verb":
        this.emitVerb(node.name);
        return;
      case "unsupported":
        throw new TypeError(`the gate let ${node.what} through`);
    }
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

  private emitCapture(index: number, body: Node): void {
    const begin = groupSlot(index);
    const opened = this.asksGroups ? this.newSlot() : begin;
    this.put(Op.Save, opened);
    this.openGroups.push({ index, opened });
    this.emit(body);
    this.openGroups.pop();
    this.put(Op.Close, index, opened);
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
