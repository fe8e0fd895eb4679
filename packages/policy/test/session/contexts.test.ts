import { createGuard, failWith, type Guard, requireLogin, rule } from "@fromguard/core";
import { createPolicyServer, createPolicySession } from "@fromguard/policy";
import { describe, expect, test } from "vitest";
import { ask } from "./request.js";

const refuses = (text: string): Guard =>
  createGuard({
    rules: [rule("refuses", ["envelopeFrom"], () => failWith("no", { code: 550, enhanced: "5.7.1", text }))],
  });
const SERVER_ERROR = "DEFER_IF_PERMIT 4.3.5 Server configuration error";

describe("each policy_context has a policy of its own", () => {
  const contexts = { submission: refuses("submission"), inbound: refuses("inbound") };

  test.each([
    ["submission", "550 5.7.1 submission"],
    ["inbound", "550 5.7.1 inbound"],
    ["", "550 5.7.1 other"],
    ["Submission", SERVER_ERROR],
    ["constructor", SERVER_ERROR],
    ["no\x1b[31mwhere", SERVER_ERROR],
  ])("%j is answered by its own, and deferred where it has none", (policy_context, action) => {
    const unknown: string[] = [];
    const session = createPolicySession({
      guard: refuses("other"),
      contexts,
      listenerName: "policy",
      onUnknownContext: (context) => unknown.push(context),
    });
    expect(ask(session, { policy_context })).toBe(action);
    expect(unknown).toEqual(action === SERVER_ERROR ? [policy_context] : []);
  });

  test("without a policy for the others, a request that names no context is deferred", () => {
    expect(ask(createPolicySession({ contexts, listenerName: "policy" }), {})).toBe(SERVER_ERROR);
  });

  test("without contexts one policy answers for all, and the context is the listener", () => {
    const guard = createGuard({
      rules: [
        rule("listener", ["listener"], ({ listener }) =>
          failWith("no", { code: 550, enhanced: "5.7.1", text: listener }),
        ),
      ],
    });
    expect(ask(createPolicySession({ guard, listenerName: "policy" }), { policy_context: "x" })).toBe("550 5.7.1 x");
  });
});

describe("a server", () => {
  const onHeader = createGuard({ rules: [rule("on-header", ["headers"], () => failWith("no", NEVER_SENT))] });

  test.each([
    ["without any policy", {}, "a policy server needs a guard, or one for each context"],
    ["with contexts that are none", { contexts: {} }, "a policy server needs a guard, or one for each context"],
    [
      "whose context has rules that could never run",
      { guard: createGuard({ rules: [requireLogin()] }), contexts: { inbound: onHeader } },
      "the policy context inbound never has the facts of a rule of this policy (on-header needs headers): ",
    ],
    [
      "whose context has none that could run, though others run elsewhere",
      { contexts: { inbound: onHeader }, partial: true },
      "no rule of this policy can run on the policy context inbound: ",
    ],
  ])("%s is refused", (_, options, message) => {
    expect(() => createPolicyServer(options)).toThrow(
      expect.objectContaining({ code: "FG_POLICY_INVALID", message: expect.stringContaining(message) }),
    );
  });
});

const NEVER_SENT = { code: 550, enhanced: "5.7.1", text: "never sent" };
