import type { Edit } from "@fromguard/core";
import type { PolicyRequest } from "../codec/request.js";
import type { PolicyLimits } from "../limits.js";

/**
 * What a decision comes to on the wire. It holds no findings: their evidence would keep maps alive that were replaced since.
 */
export interface Outcome {
  /** The action, but for the edits. */
  readonly action: string;
  readonly edits: readonly Edit[];
}

/** What differs between two requests about one message though nothing of it was decided anew. */
const OF_PROGRESS = ["recipient_count", "queue_id"];

/** What differs between two stages of one message. */
const OF_STAGE = ["protocol_state", "recipient", "size", ...OF_PROGRESS];

/** Messages of which a connection remembers the edits: Postfix asks about one at a time. */
const MAX_EDITED_MESSAGES = 2;

/**
 * What one connection remembers of the messages that it was asked about: decisions, to share them, and edits, to make them once.
 *
 * A message is told by its `instance` and by every other attribute beside those that tell its progress, so that an instance that
 * is used again with another login, sender or client is another message. Requests without an instance share nothing.
 */
export class MessageMemory {
  readonly #limits: Pick<PolicyLimits, "maxSharedDecisions" | "shareForMs">;
  readonly #now: () => number;
  readonly #outcomes = new Map<string, { readonly outcome: Outcome; readonly until: number }>();
  readonly #edited = new Map<string, Set<string>>();

  constructor(limits: Pick<PolicyLimits, "maxSharedDecisions" | "shareForMs">, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * Under what the decision on a request may be shared; undefined where it may not. The recipient belongs to it unless the policy
   * asks for none.
   */
  keyOf(request: PolicyRequest, needsRecipients: boolean): string | undefined {
    if (this.#limits.maxSharedDecisions === 0 || !request.get("instance")) return undefined;
    return request.without(needsRecipients ? OF_PROGRESS : ["recipient", ...OF_PROGRESS]);
  }

  recall(key: string): Outcome | undefined {
    const kept = this.#outcomes.get(key);
    if (kept === undefined) return undefined;
    if (this.#now() < kept.until) return kept.outcome;
    this.#outcomes.delete(key);
    return undefined;
  }

  keep(key: string, outcome: Outcome): void {
    makeRoom(this.#outcomes, this.#limits.maxSharedDecisions);
    this.#outcomes.set(key, { outcome, until: this.#now() + this.#limits.shareForMs });
  }

  /** The actions of edits that were answered for the message of a request; to be added to. */
  editsOf(request: PolicyRequest): Set<string> {
    if (!request.get("instance")) return new Set();
    const key = request.without(OF_STAGE);
    const known = this.#edited.get(key);
    if (known !== undefined) return known;
    makeRoom(this.#edited, MAX_EDITED_MESSAGES);
    const made = new Set<string>();
    this.#edited.set(key, made);
    return made;
  }
}

/** Drops the oldest until one more has room. */
function makeRoom(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size < most) return;
    map.delete(key);
  }
}
