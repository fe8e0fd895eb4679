import { createGuard, failWith, type Guard, type Ownership, pass, rule } from "@fromguard/core";
import { createMilterServer } from "@fromguard/milter";
import { createPolicyServer } from "@fromguard/policy";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PrivateDovecot } from "./dovecot.js";
import { whyNotRun } from "./peers.js";
import { PrivatePostfix } from "./postfix.js";
import { CASES, type Case, seedRules } from "./scenario.js";
import { submit } from "./smtp-client.js";

const reason = whyNotRun(["postfix", "dovecot"]);

const TABLE_DOWN: Ownership = {
  name: "a table that is down",
  ask: (_login, questions) =>
    questions.map(() => ({
      kind: "unknown",
      code: "table-unavailable",
      cause: "connection refused",
      evidence: () => ({}),
    })),
};

/** Guards by the name of the smtpd that asks them: the real one, one whose table is down, and three that protect nothing. */
const GUARDS: Readonly<Record<string, Guard>> = {
  real: createGuard({ rules: seedRules() }),
  tableDown: createGuard({ rules: seedRules(TABLE_DOWN) }),
  acceptsAll: createGuard({ rules: [rule("accept-all", [], () => pass())] }),
  refusesAll: createGuard({
    rules: [
      rule("refuse-all", ["envelopeFrom"], () => failWith("refused", { code: 553, enhanced: "5.7.1", text: "no" })),
    ],
  }),
  withoutHeaderRule: createGuard({ rules: seedRules().filter((one) => one.name !== "header-originators-owned") }),
};

describe.skipIf(reason !== undefined)("the seed scenario behind a real Postfix", () => {
  const closing: (() => Promise<void>)[] = [];
  let postfix: PrivatePostfix;

  beforeAll(async () => {
    const dovecot = await PrivateDovecot.start({ ann: "secret-a", bob: "secret-b" });
    closing.push(() => dovecot.stop());
    const smtpds: Record<string, Record<string, string>> = {};
    const sasl = { smtpd_sasl_auth_enable: "yes", smtpd_sasl_type: "dovecot", smtpd_sasl_path: dovecot.socket };
    for (const [name, guard] of Object.entries(GUARDS)) {
      const policy = createPolicyServer({ guard, partial: true });
      const policyListener = await policy.listen("127.0.0.1:0");
      const milter = createMilterServer({ guard });
      const milterListener = await milter.listen("127.0.0.1:0");
      closing.push(
        () => policyListener.close({ graceMs: 0 }),
        () => milterListener.close({ graceMs: 0 }),
      );
      smtpds[`policy-${name}`] = {
        ...sasl,
        smtpd_sender_restrictions: `check_policy_service inet:${policyListener.address}`,
      };
      smtpds[`milter-${name}`] = {
        ...sasl,
        smtpd_milters: `inet:${milterListener.address}`,
        milter_default_action: "tempfail",
      };
    }
    postfix = await PrivatePostfix.start({ smtpds });
    closing.unshift(() => postfix.stop());
  });

  afterAll(async () => {
    for (const close of closing) await close();
  });

  const message = (one: Case) => `${one.header}To: rcpt@partner.test\r\nSubject: ${one.name}\r\n\r\nHello.\r\n`;
  const send = (smtpd: string, one: Case) =>
    submit({
      port: postfix.port(smtpd),
      ...(one.login === undefined ? {} : { xclientLogin: one.login }),
      mailFrom: one.mailFrom,
      message: message(one),
    });

  test.each(CASES.filter((one) => one.policy !== undefined))("policy service: $name", async (one) => {
    expect((await send("policy-real", one)).text).toMatch(one.policy as RegExp);
  });

  test.each(CASES)("milter: $name", async (one) => {
    expect((await send("milter-real", one)).text).toMatch(one.milter);
  });

  test("what was queued is honest mail, and it is queued unchanged", async () => {
    const honest = CASES.find((one) => one.name === "honest") as Case;
    const sent = await send("milter-real", honest);
    const id = /queued as (\w+)/.exec(sent.text)?.[1] ?? "";
    expect((await postfix.queue()).find((one) => one.queue_id === id)?.sender).toBe("ann@example.com");
    expect(await postfix.message(id)).toContain("From: Ann <ann@example.com>\n");
  });

  test.each(["policy", "milter"])("%s: a table that is down defers, and never passes", async (surface) => {
    const honest = CASES.find((one) => one.name === "honest") as Case;
    expect((await send(`${surface}-tableDown`, honest)).text).toMatch(/^45\d 4\.3\.0 /);
  });

  test.each(["policy", "milter"])("%s: a real AUTH through Dovecot owns what its login owns", async (surface) => {
    const port = postfix.port(`${surface}-real`);
    const auth = { user: "ann", password: "secret-a" };
    const own = "From: ann@example.com\r\n\r\nHello.\r\n";
    expect((await submit({ port, auth, mailFrom: "<ann@example.com>", message: own })).text).toMatch(/^250 2\.0\.0 /);
    expect((await submit({ port, auth, mailFrom: "<bob@example.com>", message: own })).text).toMatch(/^553 5\.7\.1 /);
  });

  describe("a guard that does not protect makes this suite fail", () => {
    test.each([
      ["acceptsAll", "policy"],
      ["acceptsAll", "milter"],
      ["refusesAll", "policy"],
      ["refusesAll", "milter"],
      ["withoutHeaderRule", "milter"],
    ] as const)("%s, seen through the %s", async (guard, surface) => {
      const wrong: string[] = [];
      for (const one of CASES) {
        const expected = surface === "policy" ? one.policy : one.milter;
        if (expected !== undefined && !expected.test((await send(`${surface}-${guard}`, one)).text))
          wrong.push(one.name);
      }
      expect(wrong).not.toEqual([]);
    });
  });
});
