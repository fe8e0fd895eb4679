import type { Address } from "../address/address.js";
import type { Evidence } from "../verdict/evidence.js";

/** In what place an address is used: MAIL FROM, From or Author, Sender, a Resent field. */
export type Role = "envelope" | "author" | "sender" | "resent";

/** May this login use this address in this role? */
export interface Question {
  readonly address: Address;
  readonly role: Role;
}

/**
 * The answer to one {@link Question}. Evidence is lazy: a yes on the hot path builds none.
 *
 * `requires: "sender-field"` is send on behalf: the address is granted as an author only beside exactly one own Sender.
 * `as` is the owned address that answered, where the source knows it: its local part shows the owner's own case.
 */
export type Answer =
  | {
      readonly kind: "yes";
      readonly requires?: "sender-field";
      readonly as?: Address;
      readonly evidence: () => Evidence;
    }
  | { readonly kind: "no-others-own-it"; readonly evidence: () => Evidence }
  | { readonly kind: "no-nobody-owns-it"; readonly evidence: () => Evidence }
  | { readonly kind: "unknown"; readonly code: string; readonly cause: string; readonly evidence: () => Evidence };

/** Who may send as whom. Postfix login maps are one source of it; grants, SQL, LDAP, HTTP and code are others. */
export interface Ownership {
  /** Shown in evidence and messages: `pcre:/etc/postfix/senders`. */
  readonly name: string;
  /**
   * Answers every question, in their order: as an array where the sources are in memory, else as a promise of one.
   * Never throws and never rejects: what could not be asked is `unknown`.
   */
  ask(
    login: string,
    questions: readonly Question[],
    options?: { readonly signal?: AbortSignal },
  ): readonly Answer[] | Promise<readonly Answer[]>;
}

/** The form of {@link Ownership.ask} for one address. */
export async function mayUse(
  ownership: Ownership,
  login: string,
  address: Address,
  options: { readonly role?: Role; readonly signal?: AbortSignal } = {},
): Promise<Answer> {
  const { role = "envelope", signal } = options;
  const asked = ownership.ask(login, [{ address, role }], signal === undefined ? {} : { signal });
  const [answer] = "then" in asked ? await asked : asked;
  if (answer === undefined) throw new TypeError(`${ownership.name} left a question without an answer`);
  return answer;
}
