import { readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { startNameServer } from "../../src/demo/name-server.js";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { PolicyConnection } from "../support/policy-connection.js";
import { start } from "../support/running.js";
import { testIo } from "../support/test-io.js";

const BASE = `compatibility_level = 3.6
myhostname = mx.example.com
mydestination = example.com, localhost
virtual_mailbox_domains =
recipient_delimiter = +
smtpd_sasl_auth_enable = yes
`;
const MAPS = "smtpd_sender_login_maps = pcre:@DIR@/senders\n";
const SENDERS = "/^([^@+]+)(\\+[^@]*)?@example\\.com$/  $1\n";
const TIMEOUT = "dns: { servers: [ADDRESS], timeout-ms: 2000 }\n";

interface Given {
  readonly mainCf?: string;
  readonly masterCf?: string;
  readonly argv?: readonly string[];
  readonly answers?: string;
  readonly there?: string;
}

/** Runs init in a folder that has these files; what it prints, with @DIR@ for the folder. */
async function initialise({ mainCf = MAPS, masterCf, argv = [], answers, there }: Given = {}) {
  const folder = await folderWith({
    senders: SENDERS,
    ...(there === undefined ? {} : { "fromguard.yaml": there }),
  });
  const here = (text: string) => text.replaceAll("@DIR@", folder);
  await writeFile(`${folder}/main.cf`, here(BASE + mainCf));
  if (masterCf !== undefined) await writeFile(`${folder}/master.cf`, here(masterCf));
  const io = testIo({ stdin: answers ?? "", interactive: answers !== undefined });
  const output = `${folder}/fromguard.yaml`;
  const from = argv.includes("--from") || answers !== undefined ? [] : ["--from", `${folder}/main.cf`];
  const code = await main(["init", "--output", output, ...from, ...argv.map(here)], io);
  const yaml = await readFile(output, "utf8").catch(() => undefined);
  const anywhere = (text: string) => text.replaceAll(folder, "@DIR@");
  return { folder, output, code, yaml: yaml && anywhere(yaml), out: anywhere(io.out()), err: anywhere(io.err()) };
}

async function configCheck(file: string): Promise<number> {
  return await main(["config", "check", file], testIo());
}

describe("init", () => {
  it("takes owners and delimiter of main.cf, says what it protects and what it leaves open, and how to connect", async () => {
    const { output, code, yaml, out, err } = await initialise();
    expect([code, err]).toEqual([0, ""]);
    expect(yaml).toContain(`listeners:
  - policy: 127.0.0.1:10040    # check_policy_service: the envelope
  - milter: 127.0.0.1:10041    # smtpd_milters: the envelope, and the header at its end

# Owners: smtpd_sender_login_maps of @DIR@/main.cf:7.
ownership:
  - login-map:
      - pcre:@DIR@/senders
    recipient-delimiter: +
`);
    expect(yaml).toContain("preset: submission\n");
    for (const said of [yaml, out]) {
      expect(said).toContain("It holds whoever logs in to his own addresses, in the envelope and in From");
      expect(said).toContain("Open: no rule refuses anything to clients without a login");
    }
    expect(out).toContain(`# main.cf
smtpd_sender_restrictions = check_policy_service { inet:127.0.0.1:10040, timeout=10s, default_action=DEFER }
smtpd_milters = inet:127.0.0.1:10041
milter_default_action = tempfail
local_header_rewrite_clients =
`);
    expect(await configCheck(output)).toBe(0);
  });

  it("keeps what Postfix has, behind ours, and takes ports that its files do not name", async () => {
    const { yaml, out } = await initialise({
      mainCf: `${MAPS}smtpd_milters = inet:127.0.0.1:10040\nsmtpd_sender_restrictions = reject_non_fqdn_sender\n`,
      masterCf: `smtp inet n - n - - smtpd
127.0.0.1:10042 inet n - n - - smtpd
submission inet n - n - - smtpd
  -o smtpd_milters=inet:127.0.0.1:8891
`,
    });
    expect(yaml).toContain("  - policy: 127.0.0.1:10041 ");
    expect(yaml).toContain("  - milter: 127.0.0.1:10043 ");
    expect(out).toContain("default_action=DEFER }, reject_non_fqdn_sender\n");
    expect(out).toContain("smtpd_milters = inet:127.0.0.1:10043, inet:127.0.0.1:10040\n");
    expect(out).toContain(`# master.cf, submission, in place of its own
  -o { smtpd_milters = inet:127.0.0.1:10043, inet:127.0.0.1:8891 }
`);
  });

  const SERVICES = `submission inet n - n - - smtpd
  -o smtpd_sender_login_maps=pcre:@DIR@/senders
smtps inet n - n - - smtpd
  -o smtpd_sender_login_maps=static:nobody
`;

  it("takes the maps of a service where only one has any, and else wants it named", async () => {
    const [first = ""] = SERVICES.split("smtps");
    const alone = await initialise({ mainCf: "", masterCf: first });
    expect([alone.code, alone.yaml]).toEqual([0, expect.stringContaining("pcre:@DIR@/senders")]);
    const both = await initialise({ mainCf: "", masterCf: SERVICES });
    expect([both.code, both.yaml, both.err]).toEqual([
      78,
      undefined,
      "fromguard: @DIR@/main.cf: smtpd_sender_login_maps: services have different login maps: name the one in which users log in with --service (submission or smtps)\n",
    ]);
    const named = await initialise({ mainCf: "", masterCf: SERVICES, argv: ["--service", "submission"] });
    expect([named.code, named.yaml]).toEqual([0, expect.stringContaining("pcre:@DIR@/senders")]);
  });

  it.each([
    ["", "ann", "ann+list@example.com", "bob@example.com"],
    ["", "ann", "ann@example.com", "ann@example.org"],
    ["virtual_mailbox_domains = example.org\n", "ann@example.org", "ann+list@example.org", "bob@example.org"],
    [
      "virtual_mailbox_domains = example.org\nrecipient_delimiter =\n",
      "ann@example.org",
      "ann@example.org",
      "ann+x@example.org",
    ],
    ["recipient_delimiter = -+\n", "ann", "ann-list@example.com", "bob-ann@example.com"],
  ])("makes a login map where there is none: %s%s owns %s, not %s", async (mainCf, login, own, other) => {
    const { output, code, out } = await initialise({ mainCf });
    expect([code, await configCheck(output)]).toEqual([0, 0]);
    expect(out).toContain("Owners: there is no smtpd_sender_login_maps; whoever logs in owns ");
    const dns = await startNameServer({ "example.com": { mx: "mx.test" }, "example.org": { mx: "mx.test" } });
    onTestFinished(dns.close);
    const asked = (sender: string) => {
      const set = `dns={servers: ["${dns.address}"], timeout-ms: 2000}`;
      return main(["check", "--config", output, "--set", set, "--login", login, "--sender", sender], testIo());
    };
    expect([await asked(own), await asked(other)]).toEqual([0, 1]);
  });

  it("warns where a map by keys would answer otherwise than in Postfix", async () => {
    const { out } = await initialise({ mainCf: "smtpd_sender_login_maps = inline:{ann=ann}\n" });
    expect(out).toContain("Stricter than Postfix: login maps are not asked for the local part alone");
  });

  it("asks nothing without a terminal, and at most three questions on one", async () => {
    expect((await initialise()).out).not.toContain("?");
    const folder = await folderWith({ "main.cf": BASE });
    const { code, out, yaml } = await initialise({ answers: `${folder}/main.cf\naddress\nlook\nmore\n` });
    expect(code).toBe(0);
    expect(out.match(/\? /g)).toHaveLength(2);
    expect(out).toMatch(
      /^Which main\.cf\? \[\/etc\/postfix\/main\.cf\] How do users log in, with \(address\/local-part\) \[local-part\] Refuse/,
    );
    expect(yaml).toContain("preset: audit\n");
    expect(yaml).toContain("the address that is his login");
    expect(out).toContain("It refuses nothing yet.");
  });

  it("takes defaults for empty answers and at the end of input, and gives up on no answer at all", async () => {
    const folder = await folderWith({ "main.cf": BASE });
    const taken = await initialise({ answers: `${folder}/main.cf\n\n` });
    expect([taken.code, taken.yaml]).toEqual([0, expect.stringContaining("preset: submission\n")]);
    const refused = await initialise({ answers: `${folder}/main.cf\nx\ny\nz\n` });
    expect([refused.code, refused.yaml, refused.err]).toEqual([
      64,
      undefined,
      "fromguard: no answer of address, local-part after 3 tries\n",
    ]);
  });

  it("writes over a file only with --force, and then leaves nothing beside it", async () => {
    const kept = await initialise({ there: "mine" });
    expect([kept.code, kept.yaml, kept.err]).toEqual([
      64,
      "mine",
      "fromguard: @DIR@/fromguard.yaml is there already: --force writes over it, --output FILE beside it\n",
    ]);
    const forced = await initialise({ there: "mine", argv: ["--force"] });
    expect([forced.code, forced.yaml]).toEqual([0, expect.stringContaining("preset: submission")]);
    expect((await readdir(forced.folder)).sort()).toEqual(["fromguard.yaml", "main.cf", "senders"]);
  });

  it.each([
    [
      "a map that is not there",
      { mainCf: "smtpd_sender_login_maps = pcre:@DIR@/gone\n" },
      66,
      /fromguard\.yaml \(not written\):.*@DIR@\/gone: it cannot be read/,
    ],
    [
      "a main.cf that is not there",
      { argv: ["--from", "@DIR@/none.cf"] },
      66,
      /none\.cf: cannot be read: no such file/,
    ],
    ["a main.cf with which Postfix would not start", { mainCf: "broken\n" }, 78, /main\.cf:7: /],
    [
      "a service that is not there",
      { masterCf: "smtp inet n - n - - smtpd\n", argv: ["--service", "x"] },
      64,
      /--service x: no one/,
    ],
    ["a stray word", { argv: ["now"] }, 64, /"now" is not expected here; see fromguard init --help/],
  ] as const)("writes nothing for %s", async (_what, given, exitCode, words) => {
    const { code, yaml, err } = await initialise(given);
    expect([code, yaml]).toEqual([exitCode, undefined]);
    expect(err).toMatch(words);
  });

  it("round trip: what it wrote is served, and refuses a forgery", async () => {
    const { output, code } = await initialise();
    expect(code).toBe(0);
    const dns = await startNameServer({ "example.com": { mx: "mx.example.com" } });
    onTestFinished(dns.close);
    const text = (await readFile(output, "utf8")).replace(/127\.0\.0\.1:1004\d/g, "127.0.0.1:0");
    await writeFile(output, `${text}${TIMEOUT.replace("ADDRESS", `"${dns.address}"`)}`);
    const { io, stop } = await start(output);
    const address = /"kind":"policy","address":"([^"]+)"/.exec(io.out())?.[1];
    const connection = await PolicyConnection.open(address ?? "");
    expect(await connection.ask("ann", "bob@example.com")).toMatch(/^553 5\.7\.1 /);
    expect(await connection.ask("ann", "ann+list@example.com")).toBe("DUNNO");
    connection.close();
    expect(await stop()).toBe(0);
  });
});
