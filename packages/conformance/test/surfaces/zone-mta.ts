import { ZoneMta } from "../../../zone-mta/test/peers/zone-mta.js";
import { policyFiles } from "./policy-module.js";
import { leaveSmtp, playSmtp } from "./smtp.js";
import { LATER, NOT_OWNED, type SurfaceKind } from "./surface.js";
import { EDITS, FACTS } from "./transactions.js";

/** The receiver of ZoneMTA with its plug-in; its queue, which needs MongoDB, is not there. */
export const zoneMta: SurfaceKind = {
  name: "ZoneMTA",
  sees: FACTS,
  blindTo: [],
  hostsOwn: ["501 Error: Bad sender address syntax"],
  refusal: `553 5.7.1 ${NOT_OWNED}`,
  deferral: `451 4.3.0 ${LATER}`,
  edits: EDITS.map(({ kind }) => kind).filter((kind) => kind !== "quarantine"),
  open: async (policy) => {
    const zone = await ZoneMta.start("receiver", {
      files: await policyFiles(policy),
      section: 'enabled = "receiver"\npolicy = "policy.mjs"\n',
    });
    return {
      play: async (one) => playSmtp(await zone.open(one.login ?? undefined), one),
      leave: async (one) => {
        const before = zone.queued.length;
        await leaveSmtp(await zone.open(one.login ?? undefined), one);
        return zone.queued.length - before;
      },
    };
  },
};
