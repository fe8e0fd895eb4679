import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleCli } from "../support/bundle-cli.js";
import { Daemon } from "./daemon.js";
import { whyNotRun } from "./peers.js";
import { freePorts, PrivatePostfix } from "./postfix.js";
import { SEED_MAP } from "./scenario.js";
import { type SendResult, submit } from "./smtp-client.js";

const reason = whyNotRun(["postfix"]);

const CLIENTS = 6;
const MESSAGES = 30;
/** A worker is killed each time that so many messages have got their answer. */
const MESSAGES_A_KILL = 40;
const KILLS = Math.floor((CLIENTS * MESSAGES - 1) / MESSAGES_A_KILL);

describe.skipIf(reason !== undefined)("fromguard serve by workers beside a real Postfix, and workers killed", () => {
  let daemon: Daemon;
  let postfix: PrivatePostfix;

  beforeAll(async () => {
    const [policyPort, milterPort] = (await freePorts(2)) as [number, number];
    daemon = await Daemon.start({
      cli: await bundleCli(),
      files: { senders: SEED_MAP },
      config: `workers: 2
user: root
listeners:
  - policy: 127.0.0.1:${policyPort}
  - milter: 127.0.0.1:${milterPort}
ownership:
  - login-map: pcre:@DIR@/senders
rules: [require-login, login-owns-envelope, header-originators-owned]
`,
      ready: /"ready"/,
    });
    postfix = await PrivatePostfix.start({
      mainCf: {
        smtpd_relay_restrictions: "permit_mynetworks, reject_unauth_destination",
        relay_domains: "partner.test",
      },
      smtpds: {
        policy: {
          smtpd_sender_restrictions: `check_policy_service inet:127.0.0.1:${policyPort}`,
          smtpd_policy_service_retry_delay: "1s",
        },
        milter: { smtpd_milters: `inet:127.0.0.1:${milterPort}`, milter_default_action: "tempfail" },
      },
    });
  });

  afterAll(async () => {
    await postfix?.stop();
    await daemon?.stop();
  });

  /** A forged message has a sender that a policy service sees, or only a header. */
  const send = (smtpd: string, isForged: boolean) => {
    const [envelope, header] = !isForged ? ["ann", "ann"] : smtpd === "policy" ? ["bob", "bob"] : ["ann", "bob"];
    return submit({
      port: postfix.port(smtpd),
      xclientLogin: "ann",
      mailFrom: `<${envelope}@example.com>`,
      message: `From: ${header}@example.com\r\nTo: rcpt@partner.test\r\n\r\nHello.\r\n`,
    });
  };

  const pidsOf = (event: string) => daemon.events.filter((line) => line.event === event).map(({ pid }) => Number(pid));

  function killOne(): void {
    const ended = pidsOf("worker-ended");
    const [pid] = pidsOf("worker-started").filter((one) => !ended.includes(one));
    if (pid === undefined) return;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // The kill before has not been told yet.
    }
  }

  test.each(["policy", "milter"])(
    "behind %s: honest mail is queued or deferred, forged mail is never queued, nothing is lost",
    async (smtpd) => {
      const before = new Set((await postfix.queue()).map(({ queue_id }) => queue_id));
      const killsBefore = pidsOf("worker-ended").length;
      const results: { readonly isForged: boolean; readonly result: SendResult }[] = [];
      const client = async () => {
        for (let message = 0; message < MESSAGES; message++) {
          const isForged = message % 2 === 1;
          results.push({ isForged, result: await send(smtpd, isForged) });
          if (results.length % MESSAGES_A_KILL === 0) killOne();
        }
      };
      await Promise.all(Array.from({ length: CLIENTS }, client));

      expect(results).toHaveLength(CLIENTS * MESSAGES);
      const right = (isForged: boolean) => (isForged ? /^(?:553|4\d\d) / : /^(?:250|4\d\d) /);
      expect(results.filter(({ isForged, result }) => !right(isForged).test(result.text))).toEqual([]);
      const ids = results.flatMap(({ result: { text } }) => /queued as (\w+)/.exec(text)?.[1] ?? []);
      expect(ids.length).toBeGreaterThan(0);
      const queued = (await postfix.queue()).map(({ queue_id }) => queue_id).filter((id) => !before.has(id));
      expect(queued.sort()).toEqual(ids.sort());
      await daemon.logged("worker-ended", killsBefore + 1);
      expect(pidsOf("worker-ended").length - killsBefore).toBeLessThanOrEqual(KILLS);
    },
  );

  test("afterwards the workers that took their places decide as ever", async () => {
    await daemon.logged("worker-started", 2 + pidsOf("worker-ended").length);
    for (const smtpd of ["policy", "milter"]) {
      expect((await send(smtpd, false)).text).toMatch(/^250 2\.0\.0 Ok: queued/);
      expect((await send(smtpd, true)).text).toMatch(/^553 5\.7\.1 /);
    }
  });
});
