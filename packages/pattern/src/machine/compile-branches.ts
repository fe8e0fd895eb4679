import type { Node, Pattern } from "../syntax.js";
import { RepeatCompiler } from "./compile-repeats.js";
import { nodesOf } from "./nodes.js";
import { Op, SLOT_SCOPE } from "./program.js";

/** Compiles alternatives and lookarounds, and knows where verbs in them lead. */
export abstract class BranchCompiler extends RepeatCompiler {
  /** Whether a verb is among them that backtracking meets. */
  private readonly hasVerbs: boolean;
  /** The slot of the alternatives around, for THEN. */
  protected alternatives = -1;
  /** Ends of the lookarounds around, to be filled in by `(*ACCEPT)`. */
  protected accepts: number[] | undefined;

  constructor(protected readonly pattern: Pattern) {
    super();
    this.hasVerbs = [...nodesOf(pattern.root)].some(
      (node) => node.type === "verb" && node.name !== "ACCEPT" && node.name !== "MARK",
    );
  }

  protected emitBranches(branches: readonly (() => void)[]): void {
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

  /**
   * A lookaround; `whenFalse` collects what must go to where it is false.
   *
   * @returns the slot of the scope around it, which holds again behind it; -1 where it has none
   */
  protected emitLook(node: Node & { readonly type: "look" }, whenFalse: number[] | undefined): number {
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
  protected emitOpenLook(node: Node & { readonly type: "look" }): void {
    const slot = this.newSlot();
    this.put(Op.Save, slot);
    this.emitLookBody(node);
    this.put(Op.Restore, slot);
  }
}
