import { createGuard, failWith, type Guard, pass, rule, unknown } from "@fromguard/core";
import { createPolicySession, type PolicySession, type PolicySessionOptions } from "@fromguard/policy";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Attributes, ask, UNAVAILABLE } from "./request.js";

const NO = { code: 553, enhanced: "5.7.1", text: "not yours" };

/** Whose sender it is depends on the login and the context; clients of one network are refused, and so is one recipient. */
const onTransaction = rule("on-transaction", ["login", "client", "listener", "envelopeFrom"], (facts) =>
  facts.envelopeFrom.text.startsWith(`${facts.login}@`) &&
  facts.client?.address !== "192.0.2.9" &&
  facts.listener !== "no"
    ? pass()
    : failWith("no", { ...NO, text: `not yours, ${facts.login}` }),
);
const onRecipient = rule("on-recipient", ["recipients"], ({ recipients }) =>
  recipients.some(({ text }) => text === "c@x.test") ? failWith("no", NO) : pass(),
);

function open(guard: Guard, options: Partial<PolicySessionOptions> = {}): PolicySession {
  return createPolicySession({ guard, listenerName: "policy", ...options });
}

const decisions = ({ counters }: Guard) => counters.accepted + counters.rejected + counters.deferred;

const recipients = (session: PolicySession, attributes: Attributes, count = 50) =>
  Array.from({ length: count }, (_, n) =>
    ask(session, { instance: "1", ...attributes, recipient: `${n}@x.test`, queue_id: n === 0 ? "" : "4ABC" }),
  );

describe("the recipients of one instance share a decision", () => {
  test.each([
    ["accepted", {}, "DUNNO"],
    ["refused", { sasl_username: "eve" }, "553 5.7.1 not yours, eve"],
  ])("%s, of 50 recipients one is decided", (_, attributes, action) => {
    const guard = createGuard({ rules: [onTransaction] });
    expect(new Set(recipients(open(guard), attributes))).toEqual(new Set([action]));
    expect(decisions(guard)).toBe(1);
  });

  test("a policy that asks for the recipient decides on each", () => {
    const guard = createGuard({ rules: [onTransaction, onRecipient] });
    recipients(open(guard), {});
    expect(decisions(guard)).toBe(50);
  });

  test.each([
    ["each request without an instance", { instance: "" }, {}],
    ["each request where nothing is to be shared", {}, { limits: { maxSharedDecisions: 0 } }],
    ["each request where no time is given", {}, { limits: { shareForMs: 0 } }],
  ])("%s is decided", (_, attributes, options) => {
    const guard = createGuard({ rules: [onTransaction] });
    recipients(open(guard, options), attributes);
    expect(decisions(guard)).toBe(50);
  });

  test("a source that cannot be asked is asked once a message, not once a recipient", async () => {
    let asked = 0;
    const down = rule("down", ["envelopeFrom"], async () => {
      asked++;
      return unknown("table-unavailable", "no answer");
    });
    const session = open(createGuard({ rules: [down] }));
    const answers = [];
    for (const recipient of ["a@x.test", "b@x.test"]) answers.push(await ask(session, { instance: "1", recipient }));
    expect([answers, asked]).toEqual([[UNAVAILABLE, UNAVAILABLE], 1]);
    await ask(session, { instance: "2" });
    expect(asked).toBe(2);
  });

  test("an engine that threw is asked again", () => {
    const guard = createGuard({ rules: [onTransaction] });
    let calls = 0;
    const broken: Guard = {
      ...guard,
      decide: (...args) => {
        if (calls++ === 0) throw new Error("engine");
        return guard.decide(...args);
      },
    };
    expect(recipients(open(broken), {}, 3)).toEqual([UNAVAILABLE, "DUNNO", "DUNNO"]);
  });

  test("after its time a decision is made anew, so that maps that were read again count", () => {
    let now = 0;
    let may = true;
    const guard = createGuard({ rules: [rule("map", ["envelopeFrom"], () => (may ? pass() : failWith("no", NO)))] });
    const session = open(guard, { now: () => now });
    expect(ask(session, { instance: "1" })).toBe("DUNNO");
    may = false;
    now = 29_999;
    expect(ask(session, { instance: "1" })).toBe("DUNNO");
    now = 30_000;
    expect(ask(session, { instance: "1" })).toBe("553 5.7.1 not yours");
  });

  test("a connection keeps as many decisions as its limit, the newest", () => {
    const guard = createGuard({ rules: [onTransaction] });
    const session = open(guard, { limits: { maxSharedDecisions: 2 } });
    for (const instance of ["1", "2", "3", "3", "2"]) ask(session, { instance });
    expect(decisions(guard)).toBe(3);
    ask(session, { instance: "1" });
    expect(decisions(guard)).toBe(4);
  });

  test("another connection shares nothing", () => {
    const guard = createGuard({ rules: [onTransaction] });
    for (const session of [open(guard), open(guard)]) ask(session, { instance: "1" });
    expect(decisions(guard)).toBe(2);
  });

  test("one policy for each context is asked once each", () => {
    const [one, other] = [createGuard({ rules: [onTransaction] }), createGuard({ rules: [onTransaction] })];
    const session = createPolicySession({ contexts: { one, other }, listenerName: "policy" });
    for (const policy_context of ["one", "other", "one", "other"]) ask(session, { instance: "1", policy_context });
    expect([decisions(one), decisions(other)]).toEqual([1, 1]);
  });
});

describe("an instance that is used again never inherits a verdict", () => {
  /** Each request says what the one before it says, but for one attribute. */
  const change = fc.oneof(
    { weight: 4, arbitrary: fc.record({ recipient: fc.constantFrom("a@x.test", "b@x.test", "c@x.test", "") }) },
    fc.record({ instance: fc.constantFrom("", "1", "2") }),
    fc.record({ protocol_state: fc.constantFrom("MAIL", "RCPT", "DATA", "END-OF-MESSAGE", "EHLO", "VRFY") }),
    fc.record({ sender: fc.constantFrom("", "ann@x.test", "eve@x.test") }),
    fc.record({ sasl_username: fc.constantFrom("", "ann", "eve") }),
    fc.record({ client_address: fc.constantFrom("192.0.2.7", "192.0.2.9") }),
    fc.record({ client_name: fc.constantFrom("unknown", "host.example.com") }),
    fc.record({ helo_name: fc.constantFrom("", "client") }),
    fc.record({ policy_context: fc.constantFrom("", "no") }),
    fc.record({ size: fc.constantFrom("0", "10") }),
  );
  const requests = fc.array(change, { maxLength: 60, size: "max" }).map((changes) => {
    let now: Attributes = { instance: "1", sender: "ann@x.test" };
    return changes.map((changed) => {
      now = { ...now, ...changed };
      return now;
    });
  });

  test.each([
    ["without rules on the recipient", [onTransaction]],
    ["with rules on the recipient", [onTransaction, onRecipient]],
  ])("random requests have the answers that they have when nothing is shared, %s", (_, rules) => {
    let saved = 0;
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 3 }), (sequence, maxSharedDecisions) => {
        const [shared, alone] = [createGuard({ rules }), createGuard({ rules })];
        const sharing = open(shared, { limits: { maxSharedDecisions } });
        const anew = open(alone, { limits: { maxSharedDecisions: 0 } });
        for (const one of sequence) expect(ask(sharing, one)).toEqual(ask(anew, one));
        saved += decisions(alone) - decisions(shared);
      }),
      { numRuns: 300 },
    );
    expect(saved).toBeGreaterThan(0);
  });
});
