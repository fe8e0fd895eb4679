import type { Code, Edit, FactName } from "@fromguard/core";
import type { Policy } from "./policy.js";
import type { Transaction } from "./transactions.js";

/** What a surface made of a transaction. */
export interface Outcome {
  readonly action: "accept" | "reject" | "defer";
  /** The answer as whoever asked got it. */
  readonly shown: string;
}

/** A place where mail passes, with a guard in it. */
export interface Surface {
  /** One message, as a client brings it. Undefined where it cannot be said in the words of this surface. */
  play(transaction: Transaction): Promise<Outcome | undefined>;
  /** The client leaves in the middle of a message; how many messages passed nevertheless. */
  leave(transaction: Transaction): Promise<number>;
}

/** A surface before it is opened: what the page `docs/surfaces.md` says of it, which the suite holds it to. */
export interface SurfaceKind {
  readonly name: string;
  /** What it can ever know. */
  readonly sees: readonly FactName[];
  /** Codes that a message may have in its octets and not any more where this surface sees it. */
  readonly blindTo: readonly Code[];
  /** The forged messages of the suite that pass, and no others: `id: code`. Default none. */
  readonly unseen?: readonly string[];
  /** Forged messages of the suite that it defers, since honest ones may look the same there. Default none. */
  readonly undecided?: readonly string[];
  /** How answers begin that the host gives by itself, before a guard is asked, to messages that the library would decide otherwise. */
  readonly hostsOwn?: readonly string[];
  /** What a client sees of a sender that the login does not own. */
  readonly refusal: string;
  /** What a client sees where a rule throws. */
  readonly deferral: string;
  /** Edits that it makes, or hands on to be made; over any other a message is deferred. */
  readonly edits: readonly Edit["kind"][];
  /** Opens it until the test that runs is over. */
  open(policy: Policy): Promise<Surface>;
}

/** What is said to a client with whose login another's address came. */
export const NOT_OWNED =
  "Sender address rejected: not owned by the authenticated user (bob@example.com); send as an address of your own, or ask the postmaster for this one";

/** What is said where no decision could be made. */
export const LATER = "Sender verification is temporarily unavailable";

/** The action of an SMTP reply to the end of the attempt. */
export function outcomeOfReply(shown: string): Outcome {
  const action = ({ "2": "accept", "4": "defer", "5": "reject" } as const)[shown[0] ?? ""];
  if (action === undefined) throw new Error(`no reply of SMTP: ${shown}`);
  return { action, shown };
}
