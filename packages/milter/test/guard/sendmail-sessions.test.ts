import { createGuard, pass, rule } from "@fromguard/core";
import { expect, test } from "vitest";
import { createMilterSession, type DecisionEvent, guardHandler, type LocalMailOf } from "../../src/index.js";
import { octets, recordings } from "../recorded.js";

/** What a guard sees of the message in a recorded session. */
function seen(recording: string, localMail: LocalMailOf = "postfix") {
  const facts: unknown[] = [];
  const events: DecisionEvent[] = [];
  const look = rule("look", ["localUser", "headers"], ({ localUser, headers }) => {
    facts.push({ localUser, fields: headers.fields.map(({ name }) => name) });
    return pass();
  });
  const session = createMilterSession({
    handler: guardHandler(createGuard({ rules: [look] }), { localMail, onEvent: (event) => events.push(event) }),
    send: () => undefined,
    onClose: () => undefined,
  });
  const { connections } = recordings.find(({ name }) => name === recording) ?? { connections: [] };
  for (const [direction, hex] of connections.flatMap(({ frames }) => frames)) {
    if (direction === "mta") session.receive(octets(hex));
  }
  return { facts, events };
}

test.each([
  ["sendmail-login", "ann@example.com", "127.0.0.1"],
  ["sendmail-login-xtext", "ann+news@example.com", "127.0.0.1"],
  ["sendmail-login-xtext-utf8", "jörg@example.com", "127.0.0.1"],
  ["sendmail-ipv6", null, "::1"],
])("%s: login and client", (recording, login, client) => {
  expect(seen(recording).events).toMatchObject([{ kind: "decision", login, client }]);
});

test("fields that Sendmail adds by itself are not judged, and an empty From is none", () => {
  expect(seen("sendmail-generated-inserted").facts).toEqual([{ localUser: null, fields: ["Subject"] }]);
  expect(seen("sendmail-empty-from").facts).toEqual([{ localUser: null, fields: ["From"] }]);
});

test("mail of the submission program is local only where it is said to be", () => {
  expect(seen("sendmail-submission").facts).toMatchObject([{ localUser: null }]);
  expect(seen("sendmail-submission", "sendmail").facts).toMatchObject([{ localUser: {} }]);
});

test("messages follow one another without ABORT, and each is judged by itself", () => {
  const { events } = seen("sendmail-many-messages");
  expect(events.map(({ envelopeFrom }) => envelopeFrom)).toEqual(["<d@example.com>", "<>"]);
  expect(new Set(events.map(({ queueId }) => queueId)).size).toBe(2);
});
