import { createGuard, type Edit, pass, rule } from "@fromguard/core";
import { createPolicySession, type PolicySession, type PolicySessionOptions } from "@fromguard/policy";
import { describe, expect, test } from "vitest";
import { ask, UNAVAILABLE } from "./request.js";

const tag = (name: string, value = "ann"): Edit => ({ kind: "prepend-header", name, value });
const HOLD: Edit = { kind: "quarantine", reason: "look here" };

function sessionWith(
  edits: readonly Edit[] | (() => readonly Edit[]),
  options: Partial<PolicySessionOptions> = {},
): PolicySession {
  const made = typeof edits === "function" ? edits : () => edits;
  const guard = createGuard({ rules: [rule("edits", ["envelopeFrom"], () => pass("ok", made()))] });
  return createPolicySession({ guard, listenerName: "policy", ...options });
}

describe("the edits of an accepted message", () => {
  test.each<[string, readonly Edit[], string]>([
    ["a quarantine is HOLD", [HOLD], "HOLD look here"],
    ["its reason stays on one line", [{ kind: "quarantine", reason: "look\nhere" }], "HOLD look?here"],
    ["a field is PREPEND", [tag("X-Login")], "PREPEND X-Login: ann"],
    [
      "a field that is to be added stands on top too",
      [{ kind: "add-header", name: "X-Score", value: "3" }],
      "PREPEND X-Score: 3",
    ],
    ["a fold is taken back", [tag("X-Login", "ann\r\n\tbob\n carol")], "PREPEND X-Login: ann bob carol"],
    ["the same field twice is one", [tag("X-Login"), tag("X-Login")], "PREPEND X-Login: ann"],
    ["a field of 998 octets is sent", [tag("X", "v".repeat(995))], `PREPEND X: ${"v".repeat(995)}`],
    ["a field of 999 octets is not", [tag("X", "v".repeat(996))], UNAVAILABLE],
    ["a value of two lines is not", [tag("X-Login", "ann\nBcc: eve")], UNAVAILABLE],
    ["a value that is not ASCII is not", [tag("X-Login", "jürgen")], UNAVAILABLE],
    ["a name with a colon is not", [tag("X:Login")], UNAVAILABLE],
    ["a name with a blank is not", [tag("X Login")], UNAVAILABLE],
    ["no name is none", [tag("")], UNAVAILABLE],
    ["an answer holds one edit: two fields are not sent", [tag("X-A"), tag("X-B")], UNAVAILABLE],
    ["a field and a quarantine are not", [tag("X-A"), HOLD], UNAVAILABLE],
    ["no field can be changed", [{ kind: "change-header", name: "From", occurrence: 1, value: "a@b" }], UNAVAILABLE],
    ["no field can be deleted", [{ kind: "delete-header", name: "From", occurrence: 1 }], UNAVAILABLE],
    ["no sender can be changed", [{ kind: "change-envelope-from", address: "a@b.test" }], UNAVAILABLE],
  ])("%s", (_, edits, action) => {
    const unmade: (readonly Edit[])[] = [];
    expect(ask(sessionWith(edits, { onEditsUnmade: (lost) => unmade.push(lost) }), {})).toBe(action);
    expect(unmade).toEqual(action === UNAVAILABLE ? [edits] : []);
  });

  test.each([
    ["MAIL", "PREPEND X-Login: ann", "HOLD look here"],
    ["RCPT", "PREPEND X-Login: ann", "HOLD look here"],
    ["DATA", "PREPEND X-Login: ann", "HOLD look here"],
    ["a state of the future", "PREPEND X-Login: ann", "HOLD look here"],
    ["END-OF-MESSAGE", UNAVAILABLE, "HOLD look here"],
    ["VRFY", "DUNNO", "DUNNO"],
    ["ETRN", "DUNNO", "DUNNO"],
  ])("at %s a field and a quarantine are answered as Postfix can take them", (protocol_state, prepend, hold) => {
    expect(ask(sessionWith([tag("X-Login")]), { protocol_state })).toBe(prepend);
    expect(ask(sessionWith([HOLD]), { protocol_state })).toBe(hold);
  });

  test.each(["CONNECT", "XCLIENT", "HELO", "EHLO"])("at %s there is no message to edit yet", (protocol_state) => {
    const guard = createGuard({ rules: [rule("on-client", ["client"], () => pass("ok", [HOLD]))] });
    expect(ask(createPolicySession({ guard, listenerName: "policy" }), { protocol_state })).toBe(UNAVAILABLE);
  });

  test.each([
    ["shared", {}],
    ["decided anew", { maxSharedDecisions: 0 }],
  ])("are made once a message, not once a recipient: %s", (_, limits) => {
    for (const [edit, action] of [
      [tag("X-Login"), "PREPEND X-Login: ann"],
      [HOLD, "HOLD look here"],
    ] as const) {
      const session = sessionWith([edit], { limits });
      const answers = (instance: string) =>
        ["a@x.test", "b@x.test", "c@x.test"].map((recipient) => ask(session, { instance, recipient }));
      expect(answers("1")).toEqual([action, "DUNNO", "DUNNO"]);
      expect(ask(session, { instance: "1", protocol_state: "DATA", recipient: "", recipient_count: "3" })).toBe(
        "DUNNO",
      );
      expect(answers("2")).toEqual([action, "DUNNO", "DUNNO"]);
      // Without an instance nobody can tell whether it is the same message.
      expect(answers("")).toEqual([action, action, action]);
    }
  });

  test("are made again on another connection: what the one before it was answered may not have come", () => {
    const connections = [sessionWith([tag("X-Login")]), sessionWith([tag("X-Login")])];
    const request = { instance: "1", recipient: "a@x.test" };
    for (const session of connections) expect(ask(session, request)).toBe("PREPEND X-Login: ann");
    for (const session of connections) expect(ask(session, request)).toBe("DUNNO");
  });

  test("made at MAIL, which has no instance, are made again at RCPT, once", () => {
    const session = sessionWith([tag("X-Login")]);
    const states = ["MAIL", "RCPT", "RCPT", "DATA"].map((protocol_state) =>
      ask(session, { protocol_state, instance: protocol_state === "MAIL" ? "" : "1" }),
    );
    expect(states).toEqual(["PREPEND X-Login: ann", "PREPEND X-Login: ann", "DUNNO", "DUNNO"]);
  });

  test("a field that was made before the body is not missed behind it", () => {
    const session = sessionWith([tag("X-Login")]);
    expect(ask(session, { instance: "1" })).toBe("PREPEND X-Login: ann");
    expect(ask(session, { instance: "1", protocol_state: "END-OF-MESSAGE", size: "9" })).toBe("DUNNO");
    expect(ask(session, { instance: "2", protocol_state: "END-OF-MESSAGE", size: "9" })).toBe(UNAVAILABLE);
  });

  test("an instance that is used again for another login or sender is another message", () => {
    const session = sessionWith([tag("X-Login")]);
    for (const other of [{}, { sasl_username: "bob" }, { sender: "bob@example.com" }]) {
      expect(ask(session, { instance: "1", ...other })).toBe("PREPEND X-Login: ann");
      expect(ask(session, { instance: "1", ...other })).toBe("DUNNO");
    }
  });

  test("one of two fields that was made for an earlier recipient leaves room for the other", () => {
    let edits = [tag("X-A")];
    const session = sessionWith(() => edits, { limits: { maxSharedDecisions: 0 } });
    expect(ask(session, { instance: "1", recipient: "a@x.test" })).toBe("PREPEND X-A: ann");
    edits = [tag("X-A"), tag("X-B")];
    expect(ask(session, { instance: "1", recipient: "b@x.test" })).toBe("PREPEND X-B: ann");
  });

  test("over 100 different ones of one message, one more defers", () => {
    let count = 0;
    const session = sessionWith(() => [tag("X-N", String(count++))], { limits: { maxSharedDecisions: 0 } });
    const answers = Array.from({ length: 102 }, () => ask(session, { instance: "1" }));
    expect(answers.indexOf(UNAVAILABLE)).toBe(100);
  });
});
