import type { Answer, Incoming } from "./exchange.js";
import type { Operation } from "./openapi/operation.js";
import type { Problem } from "./problem-details.js";

/**
 * What a caller may ask. `check` is a decision without evidence, `evidence` adds what it rests on, which may name owners, and
 * `list` is who may send as whom.
 */
export type Right = "check" | "evidence" | "list" | "metrics";

/** What the frame knows of a request before it is answered. */
export interface Call {
  /** What stands in the place of the braces of the path, decoded; empty where it has none. */
  readonly parameter: string;
  readonly rights: ReadonlySet<Right>;
  /** Counts one more request of the same caller: what refuses it where that is over the rate. */
  another(): Problem | undefined;
}

/**
 * One resource. Before `answer` is called the caller has the right, and is within the rate. What it throws is told to the log and
 * answered 503; a request is refused with `problemAnswer`.
 */
export interface Route {
  /** GET answers HEAD too. */
  readonly method: "GET" | "POST";
  /** `/v1/check`, or with one last parameter `/v1/who/{address}`. */
  readonly path: string;
  /** Undefined: anybody may ask. */
  readonly needs: Right | undefined;
  /** What the document of the API says of it; undefined for a protocol that has a document of its own. */
  readonly operation?: Operation;
  /**
   * How the protocol tells a problem, where it is not as RFC 9457 has it: for clients that would take that for leave to pass the mail.
   * Default `problemAnswer`.
   */
  readonly refusal?: (problem: Problem) => Answer;
  answer(incoming: Incoming, call: Call): Answer | Promise<Answer>;
}
