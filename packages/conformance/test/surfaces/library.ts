import { guardOf } from "./policy.js";
import { factsOf } from "./suite.js";
import type { SurfaceKind } from "./surface.js";
import { EDITS, FACTS } from "./transactions.js";

/** `createGuard` and `check`, in the process of who embeds it. */
export const library: SurfaceKind = {
  name: "library",
  sees: FACTS,
  blindTo: [],
  refusal: "reject envelope-not-owned",
  deferral: "defer rule-failed",
  edits: EDITS.map(({ kind }) => kind),
  open: async (policy) => {
    const guard = guardOf(policy);
    return {
      play: async (one) => {
        const { action, code } = await guard.check(factsOf(one));
        return { action, shown: `${action} ${code}` };
      },
      leave: async (one) => {
        const { envelopeFrom: _left, headers: _none, ...known } = factsOf(one);
        return (await guard.check(known)).action === "accept" ? 1 : 0;
      },
    };
  },
};
