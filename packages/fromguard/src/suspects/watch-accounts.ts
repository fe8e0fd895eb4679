import type { Decision } from "@fromguard/core";
import { refusedAddress, type Suspect, SuspectAccounts, type SuspectLimits } from "./suspect-accounts.js";

/**
 * Watches the decisions of a host for accounts that others use: to be called with each.
 *
 * @param onSuspect told once of a login that was refused for more addresses than the limit. Must not throw
 */
export function watchAccounts(
  limits: SuspectLimits,
  onSuspect: (suspect: Suspect) => void,
): (decision: Decision) => void {
  const accounts = new SuspectAccounts(limits);
  return (decision) => {
    const refused = refusedAddress(decision);
    const suspect = refused && accounts.refused(refused);
    if (suspect !== undefined) onSuspect(suspect);
  };
}
