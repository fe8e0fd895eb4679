import { serve } from "../../../smtp-server/test/e2e/server.js";
import { guardOf } from "./policy.js";
import { leaveSmtp, playSmtp } from "./smtp.js";
import { LATER, NOT_OWNED, type SurfaceKind } from "./surface.js";
import { EDITS, FACTS } from "./transactions.js";

/** nodemailer's smtp-server, in this process. */
export const smtpServer: SurfaceKind = {
  name: "smtp-server",
  sees: FACTS,
  blindTo: [],
  hostsOwn: ["501 Error: Bad sender address syntax"],
  refusal: `553 5.7.1 ${NOT_OWNED}`,
  deferral: `451 4.3.0 ${LATER}`,
  edits: EDITS.map(({ kind }) => kind),
  open: async (policy) => {
    const guard = guardOf(policy);
    const { delivered, open } = await serve(guard.rules, { guard });
    return {
      play: async (one) => playSmtp(await open(one.login ?? undefined), one),
      leave: async (one) => {
        const before = delivered.length;
        await leaveSmtp(await open(one.login ?? undefined), one);
        return delivered.length - before;
      },
    };
  },
};
