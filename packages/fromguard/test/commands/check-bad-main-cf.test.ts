import { writeFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { testIo } from "../support/test-io.js";

const MAIN_CF = `compatibility_level = 3.6
myhostname = mx.example.com
mydestination =
smtpd_sasl_auth_enable = yes
`;
/** The line of main.cf on which what a case adds begins. */
const LINE = 5;

async function check(more: string, argv: readonly string[], stdin?: string) {
  const folder = await folderWith({});
  await writeFile(`${folder}/main.cf`, MAIN_CF + more);
  const io = testIo(stdin === undefined ? {} : { stdin });
  // Nothing here comes to a question for DNS.
  const code = await main(["check", "--main-cf", `${folder}/main.cf`, "--dns-server", "127.0.0.1:9", ...argv], io);
  return { code, out: io.out().replaceAll(folder, "@DIR@"), err: io.err().replaceAll(folder, "@DIR@") };
}

const TO = ["--sender", "u@example.com", "--login", "u", "--recipient", "u@d9999.test"];
const list = (count: number, entry: (at: number) => string, separator = ", ") =>
  Array.from({ length: count }, (_, at) => entry(at)).join(separator);
const SENDER = "smtpd_sender_restrictions =";

describe("check --main-cf of a main.cf", () => {
  it.each([
    ["whose $name names itself", "myorigin = $myorigin\n", 'myorigin: unreasonable macro call nesting: "myorigin"'],
    [
      "whose names name each other",
      "mydomain = $a\na = $(b)\nb = $(a)\n",
      "mydomain: unreasonable macro call nesting: ",
    ],
    [
      "that compares a name with itself",
      `mynetworks = $${"{{$mynetworks} == {x}}"}\n`,
      "mynetworks: unreasonable macro",
    ],
    [
      "with a map that is none",
      "smtpd_sender_login_maps = senders\n",
      'expecting "type:name" form instead of "senders"',
    ],
    ["with an unknown restriction", `${SENDER} permit_mynetworks,\n  rejekt\n`, 'unknown smtpd restriction: "rejekt"'],
    ["with a class that is not defined", "smtpd_restriction_classes = c\n", "restriction class `c' needs a definition"],
    ["with 1 MB as a restriction", `${SENDER} ${"x".repeat(2 ** 20)}\n`, 'unknown smtpd restriction: "xxx'],
    [
      "with 1 MB as a boolean",
      `soft_bounce = ${"y".repeat(2 ** 20)}\n`,
      "bad boolean configuration: soft_bounce = yyy",
    ],
    ["with 1 MB that is no setting", `${"x".repeat(2 ** 20)}\n`, "missing '=' after attribute name: \"xxx"],
  ])("%s tells the file and the line", async (_what, more, words) => {
    const { code, out, err } = await check(more, TO);
    expect([code, out]).toEqual([78, ""]);
    expect(err).toContain(`@DIR@/main.cf:${LINE}: `);
    expect(err).toContain(words);
    expect(err.length).toBeLessThan(500);
  });

  it.each([
    [
      "a login map that is not there",
      "smtpd_sender_login_maps = texthash:/nowhere/x\n",
      "reject_sender_login_mismatch",
      "451 4.3.0",
    ],
    ["a login map of no type", "smtpd_sender_login_maps = nosuch:x\n", "reject_sender_login_mismatch", "451 4.3.0"],
    ["an access map that is not there", "", "check_sender_access texthash:/nowhere/x", "451 4.3.5"],
    ["an access map of no type", "", "check_sender_access nosuch:x", "451 4.3.5"],
    ["a class that calls itself", "smtpd_restriction_classes = c\nc = c\n", "c", "451 4.3.5"],
    [
      "classes that call each other",
      "smtpd_restriction_classes = c d\nc = permit_mynetworks d\nd = c\n",
      "c",
      "451 4.3.5",
    ],
    ["10,000 words", "", `${list(10_000, () => "reject_non_fqdn_sender")}, reject`, "554 5.7.1"],
    [
      "10,000 networks",
      `mynetworks = ${list(10_000, (at) => `10.${at >> 8}.${at & 255}.0/24`)}\n`,
      "permit_mynetworks, reject",
      "554 5.7.1",
    ],
    ["10,000 domains", `relay_domains = ${list(10_000, (at) => `d${at}.test`, "\n ")}\n`, "", "250 2.1.5"],
    [
      "10,000 classes",
      `smtpd_restriction_classes = ${list(10_000, (at) => `c${at}`)}\n${list(10_000, (at) => `c${at} = reject`, "\n")}\n`,
      "c9999",
      "554 5.7.1",
    ],
    [
      "1 MB of networks",
      `mynetworks = ${"10.0.0.0/8,".padEnd(100).repeat(10_486)}\n`,
      "permit_mynetworks, reject",
      "554 5.7.1",
    ],
  ])("with %s decides as Postfix", async (_what, more, restrictions, reply) => {
    const { out } = await check(`${more}${SENDER} ${restrictions}\n`, TO);
    expect(out.split("\n")[0]).toMatch(new RegExp(`^[A-Z]+ +${reply} `));
  });

  it("never throws over a sender of any octets up to 64 KiB", async () => {
    const senders = fc.sample(anySender, 60);
    const line = (envelopeFrom: string) =>
      JSON.stringify({ login: "u", client: "192.0.2.7", helo: "h.example", envelopeFrom, recipients: ["u@d.test"] });
    const more = `smtpd_sender_login_maps = static:u\n${SENDER} reject_non_fqdn_sender, reject_sender_login_mismatch, reject\n`;
    const { code, out } = await check(more, ["--batch"], `${senders.map(line).join("\n")}\n`);
    expect(code).toBe(0);
    const answers = out.trim().split("\n");
    expect(answers).toHaveLength(senders.length);
    for (const answer of answers) expect(JSON.parse(answer)).toHaveProperty("action");
  });
});

const anySender = fc
  .tuple(
    fc.string({ unit: anyCharacter, maxLength: 64 }),
    fc.constantFrom("", "@", "@example.com", '"', "%a!"),
    fc.integer({ min: 1, max: 1024 }),
  )
  .map(([text, end, times]) => `${text.repeat(times)}${end}`.slice(0, 65_536).replace(/\p{Cs}/gu, "?"));
