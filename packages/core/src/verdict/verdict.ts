import { type Code, codes, TRY_LATER } from "./codes.js";
import type { Edit } from "./edit.js";
import type { Evidence } from "./evidence.js";
import type { Reply } from "./reply.js";

/** The rule is satisfied. Edits it may carry (a tag, a login header) are applied if the message is accepted. */
export interface Pass {
  readonly kind: "pass";
  readonly code: string;
  readonly edits?: readonly Edit[];
}

/** The rule does not apply: no login, a null reverse-path, a condition that does not hold. */
export interface Skip {
  readonly kind: "skip";
  readonly code: string;
}

/** The rule is broken. A reply of class 5 rejects, one of class 4 defers. */
export interface Fail {
  readonly kind: "fail";
  readonly code: string;
  readonly reply: Reply;
  readonly evidence: Evidence;
}

/** It could not be found out. Never a pass, never a fail: {@link orElse} says what it becomes, a deferral unless told. */
export interface Unknown {
  readonly kind: "unknown";
  readonly code: string;
  /** What went wrong, for the operator; not for the wire. */
  readonly cause: string;
  readonly evidence: Evidence;
}

/** What one rule found. */
export type Verdict = Pass | Skip | Fail | Unknown;

/** What a rule gives that is satisfied and has nothing to tell. */
export const PASSED: Pass = { kind: "pass", code: "ok" };

/** The rule is satisfied. */
export function pass(code = "ok", edits: readonly Edit[] = []): Pass {
  if (edits.length > 0) return { kind: "pass", code, edits };
  return code === "ok" ? PASSED : { kind: "pass", code };
}

/** The rule does not apply, and why. */
export function skip(code: string): Skip {
  return { kind: "skip", code };
}

/** The rule is broken; the reply is the code's own unless another is given. */
export function fail(code: Code, evidence: Evidence = {}, reply: Reply = codes[code].reply): Fail {
  return { kind: "fail", code, reply, evidence };
}

/** A failure with a code of the caller's own. */
export function failWith(code: string, reply: Reply, evidence: Evidence = {}): Fail {
  return { kind: "fail", code, reply, evidence };
}

/** It could not be found out; `cause` may be anything that was thrown or answered. */
export function unknown(code: string, cause: unknown, evidence: Evidence = {}): Unknown {
  return { kind: "unknown", code, cause: describeCause(cause), evidence };
}

/** Anything that was thrown or answered, in words. */
export function describeCause(cause: unknown): string {
  if (typeof cause === "string") return cause;
  if (cause instanceof Error) return cause.message || cause.name;
  try {
    return String(cause);
  } catch {
    return "a value that cannot be shown";
  }
}

/** Whether a failure refuses for good: its reply is of class 5. */
export function isRejection(verdict: Verdict): verdict is Fail {
  return verdict.kind === "fail" && verdict.reply.code >= 500;
}

/**
 * Orders verdicts: fail with 5xx (3) > fail with 4xx = unknown (2) > pass (1) > skip (0).
 * The guard and the combinators keep the most severe; between equals, the first.
 */
export function severity(verdict: Verdict): 0 | 1 | 2 | 3 {
  switch (verdict.kind) {
    case "skip":
      return 0;
    case "pass":
      return 1;
    case "unknown":
      return 2;
    case "fail":
      return isRejection(verdict) ? 3 : 2;
  }
}

/** The reply that a verdict sends if it decides; undefined where it refuses nothing. */
export function replyOf(verdict: Verdict): Reply | undefined {
  if (verdict.kind === "fail") return verdict.reply;
  return verdict.kind === "unknown" ? TRY_LATER : undefined;
}
