import { createGuard, failWith, type Guard, pass, requireLogin, rule, unknown } from "@fromguard/core";
import { createPolicySession, factsOf, POLICY_FACTS, PolicyRequest, toPolicyAction } from "@fromguard/policy";
import { describe, expect, test } from "vitest";
import { FULL, request, UNAVAILABLE } from "./request.js";

describe("the facts of a request", () => {
  test("RCPT tells everything but the message", () => {
    expect(factsOf(request(FULL), "policy")).toMatchObject({
      complete: true,
      facts: {
        login: "ann",
        localUser: null,
        client: { address: "192.0.2.7", name: "host.example.com" },
        helo: "client.example.com",
        listener: "policy",
        envelopeFrom: { kind: "mailbox", text: "ann@example.com" },
        recipients: [{ kind: "mailbox", text: "bob@example.org" }],
      },
    });
  });

  test.each([
    ["CONNECT", ["client", "listener", "localUser"], false],
    ["XCLIENT", ["client", "listener", "localUser"], false],
    ["HELO", ["client", "helo", "listener", "localUser"], false],
    ["EHLO", ["client", "helo", "listener", "localUser"], false],
    ["VRFY", ["client", "envelopeFrom", "helo", "listener", "localUser", "login", "recipients"], false],
    ["ETRN", ["client", "envelopeFrom", "helo", "listener", "localUser", "login", "recipients"], false],
    ["MAIL", ["client", "envelopeFrom", "helo", "listener", "localUser", "login"], false],
    ["RCPT", ["client", "envelopeFrom", "helo", "listener", "localUser", "login", "recipients"], true],
    ["DATA", ["client", "envelopeFrom", "helo", "listener", "localUser", "login", "recipients"], true],
    ["END-OF-MESSAGE", ["client", "envelopeFrom", "helo", "listener", "localUser", "login", "recipients"], true],
    ["a state of the future", ["client", "envelopeFrom", "helo", "listener", "localUser", "login", "recipients"], true],
    ["constructor", ["client", "envelopeFrom", "helo", "listener", "localUser", "login", "recipients"], true],
  ])("at %s exactly what Postfix knows is a fact", (state, names, complete) => {
    const told = factsOf(request({ ...FULL, sasl_username: "", protocol_state: state }), "policy");
    expect([Object.keys(told.facts).sort(), told.complete]).toEqual([names, complete]);
  });

  test.each([
    ["an empty sender is the null path", { sender: "" }, { envelopeFrom: { kind: "null" } }],
    ["an empty login is nobody", { sasl_username: "" }, { login: null }],
    ["an unknown client is none", { client_address: "unknown" }, { client: null }],
    ["an unknown client name is none", { client_name: "unknown" }, { client: { address: "192.0.2.7" } }],
    ["an empty HELO is none", { helo_name: "" }, { helo: null }],
    ["policy_context is the listener", { policy_context: "submission" }, { listener: "submission" }],
    ["an empty policy_context is not", { policy_context: "" }, { listener: "policy" }],
    ["a login is known whenever it is there", { protocol_state: "EHLO" }, { login: "ann" }],
    [
      "the sender is in internal form",
      { sender: "a b@example.com" },
      { envelopeFrom: { mailbox: { localPart: "a b" } } },
    ],
  ])("%s", (_, attributes, expected) => {
    expect(factsOf(request({ ...FULL, ...attributes }), "policy").facts).toMatchObject(expected);
  });

  test.each(["VRFY", "ETRN"])("at %s, outside of a transaction, sender and recipients are unknown", (state) => {
    const { facts } = factsOf(request({ ...FULL, protocol_state: state, sender: "", recipient: "" }), "policy");
    expect([facts.envelopeFrom, facts.recipients, facts.login]).toEqual([undefined, undefined, "ann"]);
  });

  test("at DATA without its only recipient the recipients are unknown", () => {
    const { facts } = factsOf(request({ ...FULL, protocol_state: "DATA", recipient: "" }), "policy");
    expect(facts.recipients).toBeUndefined();
  });

  test("a sender or recipient that is not UTF-8 is malformed, a login is no fact", () => {
    const raw = "protocol_state=RCPT\nsender=a\xfc@x\nrecipient=\xfc@y\nsasl_username=\xfc\n";
    const { facts } = factsOf(new PolicyRequest(raw, false), "policy");
    expect(facts.envelopeFrom).toEqual({ kind: "malformed", text: "a\xfc@x", offset: 1 });
    expect(facts.recipients).toEqual([{ kind: "malformed", text: "\xfc@y", offset: 0 }]);
    expect("login" in facts).toBe(false);
  });
});

const NO = { code: 553, enhanced: "5.7.1", text: "not yours" };
const LATER = { code: 451, enhanced: "4.7.1", text: "come back" };
const onSender = (verdict: () => ReturnType<typeof pass> | ReturnType<typeof failWith> | ReturnType<typeof unknown>) =>
  rule("on-sender", ["envelopeFrom"], verdict);

function answer(guard: Guard, attributes: Readonly<Record<string, string>> = FULL) {
  return createPolicySession({ guard, listenerName: "policy" }).answer(request(attributes));
}

describe("a session", () => {
  test.each([
    ["no objection is DUNNO", onSender(() => pass()), "DUNNO"],
    ["a refusal is the reply", onSender(() => failWith("no", NO)), "553 5.7.1 not yours"],
    ["a temporary refusal defers", onSender(() => failWith("later", LATER)), "DEFER_IF_PERMIT 4.7.1 come back"],
    ["what could not be found out defers", onSender(() => unknown("dns", "timeout")), UNAVAILABLE],
    [
      "a rule that throws defers",
      onSender(() => {
        throw new Error("bug");
      }),
      UNAVAILABLE,
    ],
    [
      "a reply stays on one line",
      onSender(() => failWith("no", { ...NO, text: "a\r\n\r\naction=OK" })),
      "553 5.7.1 a????action=OK",
    ],
  ])("%s", async (_, on, action) => {
    expect(answer(createGuard({ rules: [on] }))).toBe(action);
    const slow = rule("slow", on.needs, async (facts, context) => on.evaluate(facts, context));
    expect(await answer(createGuard({ rules: [slow] }))).toBe(action);
  });

  test.each([
    ["CONNECT", "DUNNO"],
    ["XCLIENT", "DUNNO"],
    ["EHLO", "DUNNO"],
    ["VRFY", "530 5.7.0 Authentication required"],
    ["MAIL", "530 5.7.0 Authentication required"],
    ["RCPT", "530 5.7.0 Authentication required"],
    ["DATA", "530 5.7.0 Authentication required"],
  ])("at %s a rule on the login is judged only where the login is known", (state, action) => {
    const guard = createGuard({ rules: [requireLogin()] });
    expect(answer(guard, { ...FULL, sasl_username: "", protocol_state: state })).toBe(action);
  });

  test.each([
    ["no more than its policy needs and its replies tell", undefined, ["envelopeFrom", "login"]],
    ["every fact where somebody is told of decisions", () => undefined, POLICY_FACTS],
  ])("reads %s", (_, onDecision, names) => {
    const guard = createGuard({ rules: [onSender(() => pass())] });
    const read: string[][] = [];
    const reading: Guard = {
      ...guard,
      decide: (facts, options) => {
        read.push(Object.keys(facts));
        return guard.decide(facts, options);
      },
    };
    createPolicySession({ guard: reading, listenerName: "policy", onDecision }).answer(request(FULL));
    expect(read.map((each) => each.sort())).toEqual([[...names].sort()]);
  });

  test("a rule on recipients waits at MAIL and defers at DATA where they are not told", () => {
    const guard = createGuard({ rules: [rule("on-recipients", ["recipients"], () => failWith("no", NO))] });
    expect(answer(guard, { ...FULL, protocol_state: "MAIL", recipient: "" })).toBe("DUNNO");
    expect(answer(guard, { ...FULL, protocol_state: "DATA", recipient: "" })).toMatch(/^DEFER_IF_PERMIT 4\.3\.0 /);
    expect(answer(guard)).toBe("553 5.7.1 not yours");
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("engine");
      },
    ],
    ["rejects", () => Promise.reject(new Error("engine"))],
  ])("an engine that %s defers, and the operator is told", async (_, decide) => {
    const causes: unknown[] = [];
    const guard = { ...createGuard({ rules: [requireLogin()] }), decide };
    const session = createPolicySession({
      guard,
      listenerName: "policy",
      onEngineError: (cause) => causes.push(cause),
    });
    expect(await session.answer(request(FULL))).toBe(UNAVAILABLE);
    expect(causes).toEqual([new Error("engine")]);
  });

  test("another kind of request is a fault; an absent one is not", () => {
    const guard = createGuard({ rules: [requireLogin()] });
    expect(answer(guard, { ...FULL, request: "junk" })).toEqual({ kind: "fault", code: "wrong-request" });
    const { request: _, ...rest } = FULL;
    expect(answer(guard, rest)).toBe("DUNNO");
  });

  test("the operator is told the decision and its facts", () => {
    const told: unknown[] = [];
    const guard = createGuard({ rules: [requireLogin()] });
    createPolicySession({
      guard,
      listenerName: "policy",
      onDecision: (decision, facts) => told.push([decision.action, facts.login]),
    }).answer(request(FULL));
    expect(told).toEqual([["accept", "ann"]]);
  });
});

test("a refusal without a reply of its own still refuses", () => {
  const nothing = { code: "x", edits: [], findings: [], observed: [] };
  expect(toPolicyAction({ ...nothing, action: "reject" })).toMatch(/^554 5\.7\.1 /);
  expect(toPolicyAction({ ...nothing, action: "defer" })).toMatch(/^DEFER_IF_PERMIT 4\.3\.0 /);
});
