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

const OF_PROGRESS_AND_RECIPIENT = ["recipient", ...OF_PROGRESS];

/** What differs between two stages of one message. */
const OF_STAGE = ["protocol_state", "recipient", "size", ...OF_PROGRESS];

/** Messages of which a connection remembers the edits: Postfix asks about one at a time. */
const MAX_EDITED_MESSAGES = 2;

/** A decision on a request, and the one before it. */
interface Kept {
  readonly instance: string;
  readonly request: PolicyRequest;
  readonly outcome: Outcome;
  readonly until: number;
  older: Kept | undefined;
}

/**
 * What one connection remembers of the messages that it was asked about: decisions, to share them, and edits, to make them once.
 *
 * A message is told by its `instance` and by every other attribute beside those that tell its progress, so that an instance that
 * is used again with another login, sender or client is another message. Requests without an instance share nothing.
 */
export class MessageMemory {
  readonly #limits: Pick<PolicyLimits, "maxSharedDecisions" | "shareForMs">;
  readonly #now: () => number;
  #newest: Kept | undefined;
  #edited: Map<string, Set<string>> | undefined;

  constructor(limits: Pick<PolicyLimits, "maxSharedDecisions" | "shareForMs">, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * What was decided on a request that says the same. The recipient belongs to that unless the policy asks for none. Most requests
   * are the first of their message: the rest is compared only where the instance is one that is known.
   */
  recall(request: PolicyRequest, needsRecipients: boolean): Outcome | undefined {
    const instance = request.get("instance");
    for (let kept = this.#newest; kept !== undefined; kept = kept.older) {
      if (kept.instance !== instance || !isSame(kept.request, request, needsRecipients)) continue;
      return this.#now() < kept.until ? kept.outcome : undefined;
    }
    return undefined;
  }

  keep(request: PolicyRequest, outcome: Outcome): void {
    const { maxSharedDecisions, shareForMs } = this.#limits;
    const instance = request.get("instance");
    if (maxSharedDecisions === 0 || !instance) return;
    this.#newest = { instance, request, outcome, until: this.#now() + shareForMs, older: this.#newest };
    let last: Kept | undefined = this.#newest;
    for (let count = 1; count < maxSharedDecisions && last !== undefined; count++) last = last.older;
    if (last !== undefined) last.older = undefined;
  }

  /** The actions of edits that were answered for the message of a request; to be added to. */
  editsOf(request: PolicyRequest): Set<string> {
    if (!request.get("instance")) return new Set();
    const key = request.without(OF_STAGE);
    this.#edited ??= new Map();
    const known = this.#edited.get(key);
    if (known !== undefined) return known;
    makeRoom(this.#edited, MAX_EDITED_MESSAGES);
    const made = new Set<string>();
    this.#edited.set(key, made);
    return made;
  }
}

function isSame(one: PolicyRequest, other: PolicyRequest, needsRecipients: boolean): boolean {
  const aside = needsRecipients ? OF_PROGRESS : OF_PROGRESS_AND_RECIPIENT;
  return one.without(aside) === other.without(aside);
}

/** Drops the oldest until one more has room. */
function makeRoom(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size < most) return;
    map.delete(key);
  }
}
