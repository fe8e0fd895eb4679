import { describe, expect, it } from "vitest";
import {
  type Code,
  codes,
  createGuard,
  type Fail,
  FromguardError,
  facts,
  fail,
  failWith,
  MAX_REPLY_TEXT,
  type ReplyChanges,
  rule,
  type Verdict,
} from "../../src/index.js";

const owner = "bob-secret";
const evidence = {
  field: "From",
  address: "alice@example.com",
  result: owner,
  source: "pcre:/etc/senders",
  key: "secret-key",
  remedy: "add it to /etc/senders",
  detail: "secret detail",
};

async function replyTo(verdict: Verdict, login: string | null, replies: ReplyChanges = {}) {
  const guard = createGuard({ rules: [rule("r", [], () => verdict)], replies });
  return (await guard.check(facts({ login }))).reply;
}

/** Told only to who is not logged in, or with the reply of an imported main.cf. */
const STRANGERS: readonly Code[] = [
  "login-required",
  "relay-denied",
  "owned-address-needs-login",
  "restriction-rejected",
];

const everyone = (Object.keys(codes) as Code[]).flatMap((code): [Code, string | null][] => [
  [code, "bob"],
  [code, null],
]);

describe("replies", () => {
  it.each(everyone)("%s to the login %s tells nothing of what the operator knows", async (code, login) => {
    const reply = await replyTo(fail(code, evidence), login);
    expect(JSON.stringify(reply)).not.toMatch(/secret|pcre|senders/);
    expect(reply?.text.startsWith(codes[code].reply.text)).toBe(true);
    if (login === null || codes[code].advice === undefined) expect(reply).toEqual(codes[code].reply);
  });

  it.each(Object.keys(codes) as Code[])("%s has one line for a login, with room for field and address", (code) => {
    const { reply, advice } = codes[code];
    if (advice === undefined) return expect(STRANGERS).toContain(code);
    expect(advice).toMatch(/^[\x20-\x7e]{1,120}$/);
    expect(advice).not.toMatch(/[.;]$|table|option|preset|stance/);
    expect(`${reply.text} (${"x".repeat(256)}); ${advice}`.length).toBeLessThanOrEqual(MAX_REPLY_TEXT);
  });

  it.each<[Verdict, string]>([
    [fail("from-not-owned", evidence), "(alice@example.com); "],
    [fail("resent-not-owned", { ...evidence, field: "Resent-From" }), "(Resent-From: alice@example.com); "],
    [fail("name-bidi", { field: "Sender" }), "(Sender); "],
    [fail("from-missing", { field: "From" }), "; "],
    [fail("envelope-not-owned", { address: "" }), "; "],
    [fail("header-nul", { field: "X-A\r\n250 ok" }), "(X-A??250 ok); "],
  ])("tell a login what was wrong where: %j", async (verdict, about) => {
    const { code } = verdict as Fail;
    const { reply, advice } = codes[code as Code];
    const text = (await replyTo(verdict, "bob"))?.text;
    expect(text?.slice(reply.text.length).trimStart()).toBe(`${about}${advice}`);
    expect((await replyTo(verdict, null))?.text).toBe(reply.text);
  });

  it.each(everyone)("%s to the login %s shows the sender's own input to a login alone", async (code, login) => {
    const reply = await replyTo(fail(code, evidence), login, { [code]: { text: "{field} shows {address}" } });
    expect(reply?.text).toBe(login === null ? codes[code].reply.text : "From shows alice@example.com");
  });

  it("change code and status, also for a stranger", async () => {
    const change = { code: 554, enhanced: "5.7.0", text: "no" };
    expect(await replyTo(fail("from-missing"), null, { "from-missing": change })).toEqual(change);
  });

  it("leave a reply that a rule gave itself", async () => {
    const own = { code: 451, enhanced: "4.7.1", text: "later" };
    const replies = { "from-missing": { text: "no" } };
    expect(await replyTo(fail("from-missing", {}, own), "bob", replies)).toEqual(own);
    expect(await replyTo(failWith("mine", own), "bob", replies)).toEqual(own);
  });

  it("keep the code's text where a placeholder has nothing to stand for", async () => {
    const reply = await replyTo(fail("from-missing"), "bob", { "from-missing": { text: "{address}" } });
    expect(reply?.text).toBe(`${codes["from-missing"].reply.text}; ${codes["from-missing"].advice}`);
  });

  it("put in bytes of the network as one short printable line, once", async () => {
    const address = `{field}\r\n250 ok\u202e${"x".repeat(9000)}`;
    const reply = await replyTo(fail("from-not-owned", { field: "From", address }), "bob", {
      "from-not-owned": { text: "{address}{address}{address}" },
    });
    expect(reply?.text).toMatch(/^\{field\}\?\?250 ok\?x[\x20-\x7e]{1,480}$/);
    expect(reply?.text.length).toBeLessThanOrEqual(480);
  });

  it.each<[unknown, string]>([
    [{ "from-mising": {} }, "replies.from-mising: "],
    [{ constructor: {} }, "replies.constructor: "],
    [{ "from-missing": null }, "replies.from-missing: "],
    [{ "from-missing": { txt: "x" } }, "replies.from-missing.txt: "],
    [{ "from-missing": { code: 450 } }, "replies.from-missing.code: "],
    [{ "from-missing": { code: 550.5 } }, "replies.from-missing.code: "],
    [{ "score-defer": { code: 550, enhanced: "5.7.1" } }, "replies.score-defer.code: "],
    [{ "from-missing": { code: 521 } }, "replies.from-missing.code: "],
    [{ "score-defer": { code: 421 } }, "replies.score-defer.code: "],
    [{ "from-missing": { enhanced: "4.7.1" } }, "replies.from-missing.enhanced: "],
    [{ "from-missing": { enhanced: "55.7.1" } }, "replies.from-missing.enhanced: "],
    [{ "from-missing": { enhanced: "5.7.1 x" } }, "replies.from-missing.enhanced: "],
    [{ "from-missing": { text: "" } }, "replies.from-missing.text: "],
    [{ "from-missing": { text: "a\r\n250 ok" } }, "replies.from-missing.text: "],
    [{ "from-missing": { text: "x".repeat(481) } }, "replies.from-missing.text: "],
    [{ "from-missing": { text: "{owner}" } }, "replies.from-missing.text: "],
  ])("%j is refused at start by its key", (replies, begins) => {
    const make = () =>
      createGuard({ rules: [rule("r", [], () => fail("from-missing"))], replies: replies as ReplyChanges });
    expect(make).toThrow(FromguardError);
    expect(make).toThrow(begins);
  });
});
