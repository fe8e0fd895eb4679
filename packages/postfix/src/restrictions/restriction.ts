import type { CheckContext, ReplyClass, Result } from "../smtpd/check-context.js";

/** What a list judges, as replies show it. */
export interface Target {
  /** `<name>` in replies: the sender, the recipient, the client's `name[address]`, the HELO name. */
  readonly name: string;
  readonly replyClass: ReplyClass;
}

/** One restriction. `argument` is the word behind it where it takes one, else empty. */
export type Check = (context: CheckContext, target: Target, argument: string) => Result | Promise<Result>;

/** How a restriction is read from a list, and what it does. */
export interface Restriction {
  /** `domain`: takes the next word (`reject_rbl_client zen.example`); `none`: takes nothing. Access maps, policy services, classes and the generic restrictions are the evaluator's. */
  readonly argument: "none" | "domain";
  readonly check: Check;
}

/** By name in small letters. */
export type Registry = ReadonlyMap<string, Restriction>;
