import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type NameServer, startNameServer } from "../../src/demo/name-server.js";
import { bundleCli } from "../support/bundle-cli.js";
import { Daemon } from "./daemon.js";
import { whyNotRun } from "./peers.js";
import { freePorts, PrivatePostfix } from "./postfix.js";
import { SEED_MAP } from "./scenario.js";
import { submit } from "./smtp-client.js";

const reason = whyNotRun(["postfix"]);

/** Postfix's own word for each `milter_default_action`, when the milter is gone. */
const WITHOUT_MILTER = {
  tempfail: /^451 4\.7\.1 /,
  reject: /^554 .* not accepting connections$/,
  accept: /^250 2\.0\.0 Ok: queued/,
} as const;

describe.skipIf(reason !== undefined)("fromguard serve beside a real Postfix, and killed", () => {
  let dns: NameServer;
  let daemon: Daemon;
  let postfix: PrivatePostfix;

  beforeAll(async () => {
    dns = await startNameServer({ "example.com": { mx: "mx.example.com" } });
    const [policyPort, milterPort] = (await freePorts(2)) as [number, number];
    daemon = await Daemon.start({
      cli: await bundleCli(),
      files: { senders: SEED_MAP },
      config: `listeners:
  - policy: 127.0.0.1:${policyPort}
  - milter: 127.0.0.1:${milterPort}
ownership:
  - login-map: pcre:@DIR@/senders
dns:
  servers: [${dns.address}]
`,
      ready: /"ready"/,
    });
    const smtpds: Record<string, Record<string, string>> = {
      policy: {
        smtpd_sender_restrictions: `check_policy_service inet:127.0.0.1:${policyPort}`,
        smtpd_policy_service_retry_delay: "1s",
      },
    };
    for (const action of Object.keys(WITHOUT_MILTER)) {
      smtpds[action] = { smtpd_milters: `inet:127.0.0.1:${milterPort}`, milter_default_action: action };
    }
    postfix = await PrivatePostfix.start({
      mainCf: {
        smtpd_relay_restrictions: "permit_mynetworks, reject_unauth_destination",
        relay_domains: "partner.test",
      },
      smtpds,
    });
  });

  afterAll(async () => {
    await postfix?.stop();
    await daemon?.stop();
    await dns?.close();
  });

  const send = (smtpd: string, header: string) =>
    submit({
      port: postfix.port(smtpd),
      xclientLogin: "ann",
      mailFrom: "<ann@example.com>",
      message: `${header}\r\nTo: rcpt@partner.test\r\n\r\nHello.\r\n`,
    });
  const honest = "From: ann@example.com";
  const forged = "From: bob@example.com";

  test("serves both, then is killed: honest mail is deferred or follows milter_default_action, nothing is lost", async () => {
    const queued = new Set<string>();
    const remember = (text: string) => {
      const id = /queued as (\w+)/.exec(text)?.[1];
      if (id !== undefined) queued.add(id);
      return text;
    };
    for (const smtpd of ["policy", ...Object.keys(WITHOUT_MILTER)]) {
      expect(remember((await send(smtpd, honest)).text)).toMatch(/^250 2\.0\.0 Ok: queued/);
    }
    expect((await send("tempfail", forged)).text).toMatch(/^553 5\.7\.1 /);

    await daemon.kill("SIGKILL");

    expect((await send("policy", honest)).text).toMatch(/^451 4\.3\.5 /);
    for (const [action, expected] of Object.entries(WITHOUT_MILTER)) {
      expect(remember((await send(action, honest)).text)).toMatch(expected);
    }
    expect((await send("tempfail", forged)).text).toMatch(/^451 4\.7\.1 /);
    expect(new Set((await postfix.queue()).map((message) => message.queue_id))).toEqual(queued);
  });
});
