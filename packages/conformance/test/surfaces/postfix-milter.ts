import { LIST_BLIND_TO } from "@fromguard/core";
import { createMilterServer } from "@fromguard/milter";
import { onTestFinished } from "vitest";
import { PrivatePostfix } from "../../../fromguard/test/peers/postfix.js";
import { xtext } from "../../../fromguard/test/peers/smtp-client.js";
import { RawClient } from "../../../smtp-server/test/e2e/raw-client.js";
import { guardOf } from "./policy.js";
import { leaveSmtp, playSmtp } from "./smtp.js";
import { LATER, NOT_OWNED, type SurfaceKind } from "./surface.js";
import { EDITS, FACTS } from "./transactions.js";

/** The milter behind Postfix. */
export const postfixMilter: SurfaceKind = {
  name: "milter behind Postfix",
  sees: FACTS,
  blindTo: LIST_BLIND_TO,
  refusal: `553 5.7.1 ${NOT_OWNED}`,
  deferral: `451 4.3.0 ${LATER}`,
  edits: EDITS.map(({ kind }) => kind),
  open: async (policy) => {
    const server = createMilterServer({ guard: guardOf(policy) });
    onTestFinished(() => server.close({ graceMs: 0 }));
    const { address } = await server.listen("127.0.0.1:0");
    const postfix = await PrivatePostfix.start({
      mainCf: {
        smtpd_milters: `inet:${address}`,
        milter_default_action: "tempfail",
        relay_domains: "example.org",
      },
      smtpds: { smtp: {} },
    });
    onTestFinished(() => postfix.stop());
    const open = async (login: string | null) => {
      const client = await RawClient.open(postfix.port("smtp"));
      if (login === null) return client;
      await client.command(`XCLIENT LOGIN=${xtext(login)}`);
      await client.command("EHLO client.test");
      return client;
    };
    return {
      play: async (one) => playSmtp(await open(one.login), one),
      leave: async (one) => {
        const before = await postfix.queue();
        await leaveSmtp(await open(one.login), one);
        return (await postfix.queue()).length - before.length;
      },
    };
  },
};
