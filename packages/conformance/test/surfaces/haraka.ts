import { serve } from "../../../haraka/test/peers/support.js";
import { policyFiles } from "./policy-module.js";
import { leaveSmtp, playSmtp } from "./smtp.js";
import { LATER, NOT_OWNED, type SurfaceKind } from "./surface.js";
import { EDITS, FACTS } from "./transactions.js";

/** Haraka with its plug-in. */
export const haraka: SurfaceKind = {
  name: "Haraka",
  sees: FACTS,
  blindTo: [],
  hostsOwn: ["451 Bare line-feed"],
  refusal: `553 5.7.1 ${NOT_OWNED}`,
  deferral: `451 4.3.0 ${LATER}`,
  edits: EDITS.map(({ kind }) => kind).filter((kind) => kind !== "quarantine"),
  open: async (policy) => {
    const users = Object.keys(policy.owned).map((login) => `${login}=secret\n`);
    const host = await serve({
      config: {
        "fromguard.ini": "policy=policy.mjs\n",
        ...(await policyFiles(policy)),
        "auth_flat_file.ini": `[core]\nmethods=PLAIN\nconstrain_sender=false\n[users]\n${users.join("")}`,
      },
    });
    return {
      play: async (one) => playSmtp(await host.open(one.login ?? undefined), one),
      leave: async (one) => {
        const before = await host.queued();
        await leaveSmtp(await host.open(one.login ?? undefined), one);
        return (await host.queued()).length - before.length;
      },
    };
  },
};
