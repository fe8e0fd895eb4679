import { describe, expect, it } from "vitest";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { testIo } from "../support/test-io.js";

const RULES = "rules: [require-login, login-owns-envelope, header-originators-owned]\n";
const ALICE = "From: alice@example.com\n\nHi\n";

async function check(replies: string, argv: readonly string[], message = ALICE, rules = RULES) {
  const folder = await folderWith({
    senders: "/^(.*)@example\\.com$/ $1\n",
    "f.yaml": `ownership:\n  - login-map: pcre:senders\n${rules}${replies}`,
    "letter.eml": message,
    "main.cf":
      "compatibility_level = 3.6\nmyhostname = a.test\nmydestination =\nmynetworks =\nsmtpd_sender_restrictions = reject\n",
  });
  const io = testIo();
  const code = await main(
    ["check", "--config", `${folder}/f.yaml`, "--message", `${folder}/letter.eml`, "--json", ...argv],
    io,
  );
  const json = io.out() === "" ? undefined : JSON.parse(io.out());
  return { code, reply: json?.reply, err: io.err().replaceAll(folder, "@DIR@") };
}

const bob = ["--login", "bob", "--sender", "bob@example.com"];
const stranger = ["--client", "192.0.2.1", "--sender", "bob@example.com"];

describe("replies in the configuration", () => {
  it("are those of the codes, with advice for a login, unless told otherwise", async () => {
    expect((await check("", bob)).reply.text).toMatch(
      /^The From address is not owned .* \(alice@example\.com\); send /,
    );
    expect((await check("", stranger)).reply).toEqual({
      code: 530,
      enhanced: "5.7.0",
      text: "Authentication required",
    });
  });

  it("stand in place of a code's own", async () => {
    const replies =
      'replies:\n  from-not-owned: { code: 550, enhanced: 5.7.60, text: "{field} shows {address}; see https://help.example" }\n  login-required: { text: Log in first }\n';
    expect((await check(replies, bob)).reply).toEqual({
      code: 550,
      enhanced: "5.7.60",
      text: "From shows alice@example.com; see https://help.example",
    });
    expect((await check(replies, stranger)).reply.text).toBe("Log in first");
  });

  it("leave those of an imported main.cf", async () => {
    const rules = "rules: [{ postfix-restrictions: { main-cf: main.cf } }]\n";
    const plain = await check("", [...stranger, "--recipient", "x@example.org"], ALICE, rules);
    expect(plain.err).not.toContain("f.yaml:");
    expect(plain.reply).toMatchObject({ code: 554, text: expect.stringContaining("Access denied") });
    const all =
      "replies: { restriction-rejected: { text: other }, envelope-malformed: { text: other }, sender-unknown: { text: other } }\n";
    expect(await check(all, [...stranger, "--recipient", "x@example.org"], ALICE, rules)).toEqual(plain);
  });

  it.each<[string, string]>([
    ["replies: 5", "@DIR@/f.yaml:4:1: replies: must be a map of keys, not a number"],
    [
      "replies:\n  from-mising: { text: x }",
      "@DIR@/f.yaml:5:3: replies.from-mising: unknown key (did you mean from-missing?)",
    ],
    [
      "replies:\n  from-missing:\n    txt: x",
      "@DIR@/f.yaml:6:5: replies.from-missing.txt: unknown key (did you mean text?)",
    ],
    ["replies: { from-missing: no }", "@DIR@/f.yaml:4:12: replies.from-missing: must be a map of keys, not text"],
    [
      'replies: { from-missing: { code: "550" } }',
      "@DIR@/f.yaml:4:28: replies.from-missing.code: must be a number, not text",
    ],
    [
      "replies:\n  from-missing:\n    text: x\n    code: 450",
      "@DIR@/f.yaml:7:5: replies.from-missing.code: must be from 500 to 599",
    ],
    [
      "replies: { from-missing: { code: 521 } }",
      "@DIR@/f.yaml:4:28: replies.from-missing.code: must not be 521, which closes the connection",
    ],
    [
      "replies: { score-defer: { code: 421 } }",
      "@DIR@/f.yaml:4:27: replies.score-defer.code: must not be 421, which closes the connection",
    ],
    [
      "replies: { from-missing: { enhanced: 4.7.1 } }",
      "@DIR@/f.yaml:4:28: replies.from-missing.enhanced: must be 5.N.N",
    ],
    [
      'replies: { from-missing: { text: "a\\nb" } }',
      "@DIR@/f.yaml:4:28: replies.from-missing.text: must be 1 to 480 printable ASCII characters",
    ],
    [
      "replies:\n  from-missing:\n    text: owned by {owner}",
      "@DIR@/f.yaml:6:5: replies.from-missing.text: {owner} is not {field} or {address}",
    ],
  ])("%j is a fault of its line", async (replies, complaint) => {
    const { code, err } = await check(`${replies}\n`, bob);
    expect(err).toContain(complaint);
    expect(code).toBe(78);
  });
});
