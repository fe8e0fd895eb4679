import type { Decision, Directory, Edit, Facts, Guard, MessageLimits, MessageOptions } from "@fromguard/core";
import type { Problem } from "./problem-details.js";

/** What a handler tells the log. */
export type HttpEvent =
  /** A transaction was decided. */
  | { readonly kind: "decided"; readonly decision: Decision; readonly facts: Partial<Facts> }
  /** The protocol cannot make these edits of the decision told before: the client was told to defer, so that the message does not pass without them. */
  | { readonly kind: "edits-unmade"; readonly edits: readonly Edit[] }
  /** A request was refused, the fault being the client's. */
  | { readonly kind: "refused"; readonly problem: Problem; readonly address: string | undefined }
  /** A request failed, the fault being ours; it was answered 503. */
  | { readonly kind: "failed"; readonly cause: unknown };

/** What was counted, in a text format. */
export interface Exposition {
  readonly contentType: string;
  text(): Promise<string>;
}

/** What every route has at hand. */
export interface Service {
  /** The policy, which may come to need any fact: a route whose protocol lacks some makes its own by `within`. */
  readonly guard: Guard;
  /** Octets of a request body. */
  readonly maxBodyBytes: number;
  /** Within which messages are read. */
  readonly readLimits: Partial<MessageLimits>;
  /** Who may send as whom; undefined where there is nothing to list. */
  readonly directory: Directory | undefined;
  isReady(): boolean;
  readonly metrics: Exposition | undefined;
  /** Tells the log of an error of ours; the problem to answer. Never throws. */
  failed(cause: unknown): Problem;
  /** Tells the log of a part of a request that was refused. Never throws. */
  refused(problem: Problem): void;
  /** Tells the log of a decision; a refused request is told by the frame. Never throws. */
  decided(decision: Decision, facts: Partial<Facts>): void;
  /** Tells the log of edits for which the client was told to defer. Never throws. */
  editsUnmade(edits: readonly Edit[]): void;
}

/** How the message of a request is read: what no rule needs is not looked for. */
export function messageOptions({ guard, readLimits }: Pick<Service, "guard" | "readLimits">): MessageOptions {
  return { readLimits, needsBody: guard.needs.includes("bodyAnomalies") };
}
