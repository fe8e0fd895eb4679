import type { Decision } from "@fromguard/core";

/** When an account is suspect. */
export interface SuspectLimits {
  /** More different addresses than this. Default 10. */
  readonly addresses: number;
  /** Within so many minutes. Default 10. */
  readonly minutes: number;
}

/** The defaults of {@link SuspectLimits}: a person who mistypes or has lost an alias stays below, who sends as everybody does not. */
export const DEFAULT_SUSPECT_LIMITS: SuspectLimits = { addresses: 10, minutes: 10 };

/** Logins that are watched at the same time; beyond that the one that was refused longest ago is forgotten. */
const MAX_LOGINS = 10_000;

/** A login, and for how many different addresses it was refused within the time. */
export interface Suspect {
  readonly login: string;
  readonly addresses: number;
  readonly minutes: number;
}

/** A refusal of an address to a login. */
export interface RefusedAddress {
  readonly login: string;
  readonly address: string;
}

/** What is remembered of a login: addresses with the time of their last refusal, the oldest first. */
interface Watched {
  readonly refused: Map<string, number>;
  /** It is told once, and again only behind a time without a refusal. */
  told: boolean;
}

/**
 * Watches for accounts that others use: a login that is refused for many different addresses in a short time, as whoever has its
 * password would be who sends as everybody.
 *
 * Holds at most {@link MAX_LOGINS} logins, with one address more than the limit each.
 */
export class SuspectAccounts {
  readonly #limits: SuspectLimits;
  readonly #now: () => number;
  /** The one that was refused longest ago first. */
  readonly #watched = new Map<string, Watched>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(limits: SuspectLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Notes a refusal; the suspect where it is the one that makes the login so. */
  refused({ login, address }: RefusedAddress): Suspect | undefined {
    const { addresses, minutes } = this.#limits;
    const watched = this.#watch(login);
    const { refused } = watched;
    const now = this.#now();
    for (const [known, at] of refused) {
      if (now - at < minutes * 60_000 && refused.size <= addresses) break;
      refused.delete(known);
    }
    if (refused.size === 0) watched.told = false;
    refused.delete(address);
    refused.set(address, now);
    if (watched.told || refused.size <= addresses) return undefined;
    watched.told = true;
    return { login, addresses: refused.size, minutes };
  }

  #watch(login: string): Watched {
    const watched = this.#watched.get(login) ?? { refused: new Map(), told: false };
    this.#watched.delete(login);
    const [longestAgo] = this.#watched.size < MAX_LOGINS ? [] : this.#watched.keys();
    if (longestAgo !== undefined) this.#watched.delete(longestAgo);
    this.#watched.set(login, watched);
    return watched;
  }
}

/** The address that a decision refuses to a login, or would without shadow mode. */
export function refusedAddress({ action, code, findings, observed }: Decision): RefusedAddress | undefined {
  const decisive = action === "accept" ? observed[0] : findings.find(({ verdict }) => verdict.code === code);
  if (decisive?.verdict.kind !== "fail") return undefined;
  const { login, address } = decisive.verdict.evidence;
  return login === undefined || address === undefined ? undefined : { login, address };
}
