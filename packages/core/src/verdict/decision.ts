import type { Edit } from "./edit.js";
import type { Reply } from "./reply.js";
import type { Verdict } from "./verdict.js";

/** One rule's verdict, under the rule's name. */
export interface Finding {
  readonly rule: string;
  readonly verdict: Verdict;
}

/** What the guard does. Adapters see only this. */
export interface Decision {
  readonly action: "accept" | "reject" | "defer";
  /** The code of the verdict that decided; `ok`, or `nothing-applied` where every rule skipped. */
  readonly code: string;
  /** Present exactly where the action is not accept. */
  readonly reply?: Reply;
  /** Changes to make; only with accept. */
  readonly edits: readonly Edit[];
  /** What each rule that ran found, in the order of the policy. */
  readonly findings: readonly Finding[];
  /** Failures that refuse nothing: shadow mode and `warnOnly`. */
  readonly observed: readonly Finding[];
}

/** Marks a `switch` over a closed type as total: the compiler refuses a call that could run. */
export function absurd(value: never): never {
  throw new TypeError(`unexpected value ${String(value)}`);
}
