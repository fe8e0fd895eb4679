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
  unseen: [
    "a bare LF before a body in Latin-1: header-bare-lf",
    "a bare LF before the body: header-bare-lf",
    "a folded name before a field without end: header-line-malformed",
    "a folded name, and fewer replaced octets: header-line-malformed",
    "a folded name, hidden by as many replaced octets: header-line-malformed",
    "a folded name: header-line-malformed",
    "a last line without its last octet 0: header-line-malformed",
    "a last line without its last octet 1: header-nul",
    "a last line without its last octet 2: header-bare-cr",
    "a last line without its last octet 3: header-control",
    "a second From behind a bare LF: header-bare-lf",
    "all but two octets at the end 0: header-nul",
    "all but two octets at the end 1: header-bare-lf",
    "all but two octets at the end 2: header-name-malformed",
    "colons alone: header-name-malformed",
    "text in which octets were replaced 0: header-nul",
    "text in which octets were replaced 1: header-bare-cr",
    "text in which octets were replaced 2: header-control",
    "text in which octets were replaced 5: header-whitespace-line",
    "text in which octets were replaced 6: header-name-malformed",
    "p-ctl-061: header-nul",
    "p-ctl-065: header-bare-cr",
    "p-name-space-018: header-name-malformed",
    "p-struct-066: header-line-malformed",
  ],
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
