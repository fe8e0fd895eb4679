import { createGuard, fail, pass, rule } from "@fromguard/core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { whyNotRun } from "../../../fromguard/test/peers/peers.js";
import { PrivatePostfix } from "../../../fromguard/test/peers/postfix.js";
import { createMilterServer, type DecisionEvent, type LocalRefusal, type MilterServer } from "../../src/index.js";

const notRun = whyNotRun(["postfix", "postdrop"]);

const guard = createGuard({
  rules: [
    rule("no-ceo", ["localUser", "headers"], ({ localUser, headers }) =>
      localUser !== null &&
      headers.fields.some(({ name, value }) => name.toLowerCase() === "from" && Buffer.from(value).includes("ceo@"))
        ? fail("from-not-owned")
        : pass(),
    ),
  ],
});

/** What Postfix says of a message that a rule refused, and in which queues anything is then. */
const CASES: readonly [LocalRefusal, log: RegExp, queues: readonly string[]][] = [
  ["quarantine", /milter-hold: END-OF-MESSAGE /, ["hold"]],
  ["defer", /milter-reject: END-OF-MESSAGE .* 4\.7\.1 The From address is not owned/, ["maildrop"]],
  ["discard", /milter-discard: END-OF-MESSAGE /, []],
];

describe.skipIf(notRun !== undefined)(
  `refused mail of sendmail behind a real Postfix${notRun ? ` (${notRun})` : ""}`,
  () => {
    const sites = new Map<LocalRefusal, { postfix: PrivatePostfix; server: MilterServer; events: DecisionEvent[] }>();

    beforeAll(async () => {
      for (const [refusedLocalMail] of CASES) {
        const events: DecisionEvent[] = [];
        const server = createMilterServer({
          guard,
          refusedLocalMail,
          onEvent: (event) => event.kind === "decision" && events.push(event),
        });
        const { address } = await server.listen("127.0.0.1:0");
        const postfix = await PrivatePostfix.start({
          mainCf: { non_smtpd_milters: `inet:${address}`, milter_default_action: "tempfail" },
          smtpds: { smtp: {} },
        });
        sites.set(refusedLocalMail, { postfix, server, events });
      }
    });

    afterAll(async () => {
      for (const { postfix, server } of sites.values()) {
        await postfix.stop();
        await server.close({ graceMs: 0 });
      }
    });

    test.each(CASES)("%s: no bounce, and honest mail passes", async (how, log, queues) => {
      const site = sites.get(how);
      if (site === undefined) throw new Error("not started");
      const { postfix, events } = site;
      const send = (from: string, to: string) =>
        postfix.sendmail(["-f", "ceo@example.com", to], `From: ${from}@example.com\nSubject: x\n\nHi\n`);
      expect((await send("ceo", "rcpt@partner.test")).status).toBe(0);
      await vi.waitFor(async () => expect(await postfix.log()).toMatch(log), { timeout: 15_000, interval: 50 });
      expect(events[0]).toMatchObject({ insteadOfRefusal: how, decision: { action: "reject" } });
      expect((await postfix.queue()).map(({ queue_name }) => queue_name)).toEqual(queues);

      expect((await send("ann", "other@partner.test")).status).toBe(0);
      await vi.waitFor(
        async () => {
          const queue = await postfix.queue();
          expect(queue.filter(({ queue_name }) => queue_name === "deferred")).toMatchObject([
            { sender: "ceo@example.com", recipients: [{ address: "other@partner.test" }] },
          ]);
        },
        { timeout: 15_000, interval: 50 },
      );
      // A bounce would be a message of the null sender to the forged one.
      expect((await postfix.queue()).map(({ sender }) => sender)).not.toContain("MAILER-DAEMON");
      expect(await postfix.log()).not.toMatch(/sender non-delivery notification/);
    });
  },
);
