import { Readable } from "node:stream";
import { createGuard, type Decision } from "@fromguard/core";
import { createPolicyServer } from "@fromguard/policy";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Replayed, replay } from "../../src/replay/replay.js";
import { whyNotRun } from "./peers.js";
import { PrivatePostfix } from "./postfix.js";
import { CASES, seedRules } from "./scenario.js";
import { submit } from "./smtp-client.js";

const reason = whyNotRun(["postfix"]);

/** Senders and logins that could be taken for the rest of their line. */
const ODD = [
  { login: "ann", mailFrom: '<"a>, size=1, nrcpt=1"@example.com>' },
  { login: "bob, the builder", mailFrom: "<ann@example.com>" },
  { login: "jürgen", mailFrom: "<ann@example.com>" },
  { login: "ann", mailFrom: '<"x> to=<y@example.com> proto=ESMTP"@example.com>' },
  { login: undefined, mailFrom: "<>" },
];

const SENT = [...CASES.filter(({ policy }) => policy !== undefined), ...ODD];

const ACTIONS: Readonly<Record<string, Decision["action"]>> = { 2: "accept", 4: "defer", 5: "reject" };

/** The longest that lines may take to the log, and how often it is looked at. */
const LOGGED_MS = 15_000;
const LOOK_MS = 50;

describe.skipIf(reason !== undefined)("the log of a real Postfix", () => {
  const closing: (() => Promise<void>)[] = [];
  const guard = createGuard({ rules: seedRules().filter(({ needs }) => !needs.includes("headers")) });
  /** What the policy service answered. */
  const answered: Record<Decision["action"], number> = { accept: 0, reject: 0, defer: 0 };
  let log = "";
  let replayed: Replayed;

  beforeAll(async () => {
    const policy = createPolicyServer({ guard });
    const listener = await policy.listen("127.0.0.1:0");
    closing.push(() => listener.close({ graceMs: 0 }));
    const postfix = await PrivatePostfix.start({
      mainCf: { relay_domains: "partner.test", relay_recipient_maps: "" },
      smtpds: { open: {}, guarded: { smtpd_sender_restrictions: `check_policy_service inet:${listener.address}` } },
    });
    closing.unshift(() => postfix.stop());
    const send = async (name: string, { login, mailFrom }: (typeof SENT)[number]) => {
      const port = postfix.port(name);
      const xclient = login === undefined ? {} : { xclientLogin: login };
      return submit({ port, ...xclient, mailFrom, message: "From: ann@example.com\r\n\r\nHello.\r\n" });
    };
    for (const one of SENT) {
      expect(await send("open", one)).toMatchObject({ code: 250 });
      answered[ACTIONS[Math.floor((await send("guarded", one)).code / 100)]!]++;
    }
    const due = SENT.length + answered.accept;
    for (const until = Date.now() + LOGGED_MS; Date.now() < until; ) {
      log = await postfix.log();
      if (log.split("(queue active)").length - 1 >= due) break;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    replayed = await replay(guard, [{ name: "maillog", octets: Readable.from([Buffer.from(log, "latin1")]) }]);
  });

  afterAll(async () => {
    for (const close of closing) await close();
  });

  test("says of each message what the policy service answered when it was asked", () => {
    const { accept, reject, defer } = answered;
    // What the open service took, and what the guarded one did.
    expect(replayed.taken).toEqual({ accept: accept * 2, reject, defer });
    expect([accept > 0, reject > 0, defer > 0]).toEqual([true, true, true]);
  });

  test("says of what was refused that it would be, but where a client wrote what can be read in two ways", () => {
    const { refused, notJudged } = replayed;
    expect(refused.accept).toBe(0);
    expect(refused.reject + refused.defer + notJudged.ambiguous).toBe(answered.reject + answered.defer);
    expect(notJudged).toMatchObject({ withoutClient: 0, filtered: 0 });
  });
});
