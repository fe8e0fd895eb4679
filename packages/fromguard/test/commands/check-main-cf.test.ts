import { writeFile } from "node:fs/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { startNameServer } from "../../src/demo/name-server.js";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { testIo } from "../support/test-io.js";

const MAIN_CF = `compatibility_level = 3.6
myhostname = mx.example.com
mydestination =
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = example.com
virtual_mailbox_maps = static:yes
smtpd_sasl_auth_enable = yes
smtpd_sender_login_maps = pcre:@DIR@/senders
smtpd_sender_restrictions = reject_non_fqdn_sender,
  reject_unknown_sender_domain, reject_sender_login_mismatch
`;
const MAP = "/^([^@+]+)(\\+[^@]*)?@example\\.com$/  $" + "{1}\n";

async function check(
  argv: readonly string[],
  options: {
    readonly more?: string;
    readonly mainCf?: string;
    readonly masterCf?: string;
    readonly stdin?: string;
  } = {},
) {
  const dns = await startNameServer({ "example.com": { mx: "mx.example.com" }, "example.net": "down" });
  onTestFinished(dns.close);
  const folder = await folderWith({ senders: MAP });
  const text = options.mainCf ?? MAIN_CF + (options.more ?? "");
  await writeFile(`${folder}/main.cf`, text.replaceAll("@DIR@", folder));
  if (options.masterCf !== undefined) await writeFile(`${folder}/master.cf`, options.masterCf);
  const io = testIo(options.stdin === undefined ? {} : { stdin: options.stdin });
  const code = await main(["check", "--main-cf", `${folder}/main.cf`, "--dns-server", dns.address, ...argv], io);
  return { code, out: io.out().replaceAll(folder, "@DIR@"), err: io.err().replaceAll(folder, "@DIR@") };
}

const PLAINTEXT = "smtpd_client_restrictions=reject_plaintext_session";
const to = ["--recipient", "dave@example.com"];

describe("check --main-cf", () => {
  it("accepts honest mail with 0", async () => {
    const { code, out, err } = await check(["--login", "bob", "--sender", "bob@example.com", ...to]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^ACCEPT {2}250 2\.1\.5 Ok\n {8}at RCPT TO\n\n {2}smtpd_sender_restrictions\n/);
  });

  it("refuses a forged envelope with 1 in Postfix's words, and names the line of the map", async () => {
    const { code, out } = await check(["--login", "bob", "--sender", "<alice@example.com>", ...to]);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^REJECT {2}553 5\.7\.1 <alice@example\.com>: Sender address rejected: not owned by user bob\n {8}at RCPT TO, says reject_authenticated_sender_login_mismatch of reject_sender_login_mismatch\n/,
    );
    expect(out).toMatch(/ source {5}@DIR@\/senders:1 {2}\//);
  });

  it.each([
    ["a stranger who uses our address", ["--sender", "alice@example.com", ...to], 1, "not logged in"],
    ["DNS is down: the reply is kept until all accept", ["--sender", "eve@example.net", ...to], 75, "450 4.1.8"],
    ["a syntax error is answered to MAIL FROM", ["--sender", "a@[1.2.3]", ...to], 1, "at MAIL FROM"],
    ["an override wins", ["--sender", "x", ...to, "--override", "non_fqdn_reject_code=450"], 75, "450 4.5.2"],
    ["plain text is refused", ["--sender", "<>", ...to, "--override", PLAINTEXT], 75, "450 4.7.1 Session encryption"],
    ["TLS is taken", ["--sender", "<>", ...to, "--override", PLAINTEXT, "--tls"], 0, "250"],
    ["a stranger relays", ["--sender", "<>", "--recipient", "x@example.org"], 75, "Relay access denied"],
    ["a neighbour relays", ["--sender", "<>", "--recipient", "x@example.org", "--client", "127.0.0.2"], 0, "250"],
  ] as const)("%s", async (_what, argv, code, words) => {
    const answer = await check(argv);
    expect(answer).toMatchObject({ code, err: "" });
    expect(answer.out).toContain(words);
  });

  describe("--service", () => {
    const masterCf = `smtp inet n - y - - smtpd
submission inet n - y - - smtpd
  -o { smtpd_client_restrictions = permit_sasl_authenticated, reject }
  -o smtpd_sender_restrictions=$mua_sender_restrictions
smtps inet n - y - - smtpd -o smtpd_tls_wrappermode=yes -o ${PLAINTEXT}
plain inet n - y - - smtpd -o ${PLAINTEXT}
encrypt inet n - y - - smtpd -o smtpd_tls_security_level=encrypt -o ${PLAINTEXT}
auth inet n - y - - smtpd -o smtpd_tls_auth_only=yes -o ${PLAINTEXT}
x inet n - y - - smtpd
x pass - - y - - smtpd -o non_fqdn_reject_code=450
bad inet n - y - - smtpd -o smtpd_helo_restrictions=rejekt_all
policy unix - n n - 0 spawn argv=/bin/true
`;
    const more = "mua_sender_restrictions = reject_non_fqdn_sender\n";
    const alice = ["--login", "bob", "--sender", "alice@example.com", ...to];

    it.each([
      ["smtp", alice, 1, "not owned by user bob"],
      ["submission", alice, 0, "250 2.1.5 Ok"],
      ["submission", ["--sender", "alice@example.org", ...to], 1, "554 5.7.1"],
      ["smtps", ["--sender", "<>", ...to], 0, "250"],
      ["plain", ["--sender", "<>", ...to], 75, "450 4.7.1 Session encryption"],
      ["plain", ["--sender", "<>", ...to, "--tls"], 0, "250"],
      ["encrypt", ["--sender", "<>", ...to], 0, "250"],
      ["auth", ["--sender", "<>", ...to], 75, "450 4.7.1 Session encryption"],
      ["auth", ["--sender", "<>", "--login", "bob", ...to], 0, "250"],
      ["x/inet", ["--sender", "x", ...to], 1, "504 5.5.2"],
      ["x/pass", ["--sender", "x", ...to], 75, "450 4.5.2"],
      ["x/pass", ["--sender", "x", ...to, "--override", "non_fqdn_reject_code=554"], 1, "554 5.5.2"],
    ])("%s answers %j with %i", async (service, argv, code, words) => {
      const answer = await check([...argv, "--service", service], { masterCf, more });
      expect(answer).toMatchObject({ code, err: "" });
      expect(answer.out).toContain(words);
    });

    it("answers batches under TLS where there is nothing else", async () => {
      const line = `${JSON.stringify({ login: null, client: "192.0.2.7", helo: "h.example", envelopeFrom: "", recipients: ["dave@example.com"] })}\n`;
      const answers = async (service: string) =>
        JSON.parse((await check(["--batch", "--service", service], { masterCf, stdin: line })).out).action;
      expect([await answers("smtps"), await answers("plain")]).toEqual(["accept", "defer"]);
    });

    it("answers batches", async () => {
      const line = `${JSON.stringify({ login: "bob", client: "192.0.2.7", helo: "h.example", envelopeFrom: "alice@example.com", recipients: ["dave@example.com"] })}\n`;
      const { out } = await check(["--batch", "--service", "submission"], { masterCf, more, stdin: line });
      expect(JSON.parse(out).code).toBe("ok");
    });

    it.each([
      ["submissio", 64, /^fromguard: --service submissio: .* runs smtpd under that name; there is smtp\/inet, /],
      ["policy", 64, /runs smtpd under that name/],
      ["x", 64, /is meant: more than one has that name; there is x\/inet and x\/pass\n$/],
      ["bad", 78, /^fromguard: @DIR@\/master\.cf:11: smtpd_helo_restrictions: unknown smtpd restriction: "rejekt_all"/],
    ])("%s is an error: %i", async (service, due, words) => {
      const { code, out, err } = await check([...alice, "--service", service], { masterCf, more });
      expect([code, out]).toEqual([due, ""]);
      expect(err).toMatch(words);
    });

    it("without master.cf is 66, with a bad line in it 78", async () => {
      const argv = [...alice, "--service", "smtp"];
      expect(await check(argv)).toEqual({
        code: 66,
        out: "",
        err: "fromguard: @DIR@/master.cf: cannot be read: no such file\n",
      });
      expect(await check(argv, { masterCf: "smtp inet n - y - -\n" })).toEqual({
        code: 78,
        out: "",
        err: 'fromguard: @DIR@/master.cf:1: missing "command" field\n',
      });
    });
  });

  it("prints JSON as one line", async () => {
    const { code, out } = await check(["--login", "bob", "--sender", "alice@example.com", ...to, "--json"]);
    expect([code, out.match(/\n/g)?.length]).toEqual([1, 1]);
    const json = JSON.parse(out);
    expect([json.action, json.stage, json.reply.slice(0, 9)]).toEqual(["reject", "RCPT", "553 5.7.1"]);
    expect(json.trace.at(-1)).toMatchObject({ result: "reject", evidence: { login: "bob", line: 1 } });
  });

  it("answers batches as a guard does", async () => {
    const line = (login: string | null) =>
      `${JSON.stringify({ login, client: "192.0.2.7", helo: "h.example", envelopeFrom: "bob@example.com", recipients: ["dave@example.com"] })}\n`;
    const { code, out } = await check(["--batch"], { stdin: line("bob") + line("carol") + line(null) });
    expect(code).toBe(0);
    expect(
      out
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text).code),
    ).toEqual(["ok", "envelope-not-owned", "owned-address-needs-login"]);
  });

  it("warns of a table that cannot be opened, whose lookups fail as in Postfix", async () => {
    const more = "smtpd_sender_login_maps = texthash:@DIR@/gone\n";
    const { code, out, err } = await check(["--login", "bob", "--sender", "bob@example.com", ...to], { more });
    expect([code, out.slice(0, 20)]).toEqual([75, "DEFER  451 4.3.0 <bo"]);
    expect(err).toMatch(/warning: texthash:@DIR@\/gone: every lookup that comes to it fails: .*no such file/);
  });

  it("shows what Postfix logs", async () => {
    const more = "smtpd_sasl_auth_enable = no\n";
    const { out } = await check(["--sender", "alice@example.com", ...to], { more });
    expect(out).toMatch(/\n {2}log\n {4}.*ignored: no SASL support\n/);
  });

  it.each([
    [
      "a $name that names itself",
      "mydomain = $myorigin\nmyorigin = $mydomain\n",
      78,
      /main\.cf:1[12]: my(domain|origin): /,
    ],
    ["a line that is no setting", "smtpd_x\n", 78, /main\.cf:11: missing '=' after attribute name: "smtpd_x"/],
    [
      "an unknown restriction",
      "smtpd_helo_restrictions = permit_mynetworks, rejekt_all\n",
      78,
      /main\.cf:11: smtpd_helo_restrictions: unknown smtpd restriction: "rejekt_all"/,
    ],
    ["a class without definition", "smtpd_restriction_classes = strict\n", 78, /restriction class `strict' needs/],
    ["nothing refuses relaying", "smtpd_relay_restrictions =\n", 78, /specify at least one working instance of/],
  ])("%s ends in one sentence", async (_what, more, due, words) => {
    const { code, out, err } = await check(["--sender", "a@example.com"], { more });
    expect([code, out]).toEqual([due, ""]);
    expect(err).toMatch(words);
    expect(err.trim().split("\n").at(-1)).toMatch(/^fromguard: /);
    expect(err).not.toMatch(/\n {4}at /);
  });

  it("goes on with an unknown restriction if told so", async () => {
    const more = "smtpd_helo_restrictions = rejekt_all\n";
    const { code, out, err } = await check(["--sender", "a@example.com", "--ignore-unknown"], { more });
    expect([code, err]).toEqual([75, expect.stringContaining('unknown smtpd restriction: "rejekt_all"')]);
    expect(out).toContain("451 4.3.5");
  });

  it("a missing main.cf is 66", async () => {
    const io = testIo();
    expect(await main(["check", "--main-cf", "/nonexistent/main.cf", "--sender", "a"], io)).toBe(66);
    expect(io.err()).toBe("fromguard: /nonexistent/main.cf: cannot be read: no such file\n");
  });

  it.each([
    [["--override", "x", "--sender", "a"], 64, '--override must be NAME=VALUE, not "x"'],
    [["--recipient", "a", "--recipient", "b", "--sender", "a"], 64, "--recipient stands twice"],
    [["--message", "-", "--sender", "a"], 64, "--message does not go with --main-cf"],
    [["--dns-server", "x y", "--sender", "a"], 64, "--dns-server: "],
  ])("%j", async (argv, due, words) => {
    const { code, err } = await check(argv);
    expect(code).toBe(due);
    expect(err).toContain(words);
  });
});
