import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { testIo } from "../support/test-io.js";

const SOUND = `compatibility_level = 3.6
mydestination = example.com
mynetworks = 127.0.0.0/8
smtpd_sasl_auth_enable = yes
smtpd_sender_login_maps = pcre:@DIR@/senders
smtpd_milters = inet:127.0.0.1:10041
non_smtpd_milters = $smtpd_milters
smtpd_sender_restrictions = reject_sender_login_mismatch
`;

async function lint(name: string, text: string, argv: readonly string[] = [], masterCf?: string) {
  const folder = await folderWith({ senders: "/^(.+)@example\\.com$/ $1\n", capitals: "/^Bob@/i bob\n" });
  await writeFile(`${folder}/${name}`, text.replaceAll("@DIR@", folder));
  if (masterCf !== undefined) await writeFile(`${folder}/master.cf`, masterCf);
  const io = testIo();
  const code = await main(["lint", ...argv, `${folder}/${name}`], io);
  return { code, out: io.out().replaceAll(folder, "@DIR@"), err: io.err().replaceAll(folder, "@DIR@") };
}

describe("lint of a main.cf", () => {
  it("finds nothing in a sound one", async () => {
    expect(await lint("main.cf", SOUND)).toEqual({ code: 0, out: "nothing found\n", err: "" });
  });

  it("tells line, what happens and the cure, with 1", async () => {
    const more = "smtpd_sender_restrictions = permit_mynetworks, reject_sender_login_mismatch\n";
    const { code, out, err } = await lint("main.cf", `${SOUND.replace(/smtpd_sender_restrictions.*\n/, "")}${more}`);
    expect([code, err]).toEqual([1, ""]);
    expect(out).toBe(`@DIR@/main.cf:8: permit-before-login-rule
  permit_mynetworks stands before reject_sender_login_mismatch, and ends smtpd_sender_restrictions for every client in $mynetworks
  so      every client in $mynetworks may send as alice@example.com: reject_sender_login_mismatch is not reached
  write   smtpd_sender_restrictions = reject_sender_login_mismatch, permit_mynetworks

`);
  });

  it("prints JSON as one line", async () => {
    const { code, out } = await lint("main.cf", SOUND, ["--json", "--override", "soft_bounce=yes"]);
    expect([code, out.match(/\n/g)?.length]).toEqual([1, 1]);
    const { files, findings } = JSON.parse(out);
    expect([files, findings.length]).toEqual([["@DIR@/main.cf"], 1]);
    expect(findings[0]).toMatchObject({ code: "soft-bounce-on", cure: ["soft_bounce = no"] });
  });

  it("reads the maps: lines that never match, files that are missing", async () => {
    const { out } = await lint("main.cf", SOUND, [
      "--override",
      "smtpd_sender_login_maps=pcre:@DIR@/capitals".replace("@DIR@", "/nonexistent"),
    ]);
    expect(out).toContain("table-unusable\n  pcre:/nonexistent/capitals cannot be opened: ");
    const capitals = await lint("main.cf", SOUND.replace("/senders", "/capitals"));
    expect(capitals.out).toContain("@DIR@/capitals:1: login-map-never-matches\n");
  });

  it.each([
    [
      "a name that names itself",
      "smtpd_sender_restrictions = $smtpd_sender_restrictions\n",
      /main\.cf:9: smtpd_sender_restr/,
    ],
    ["a line that is no setting", "x\n", /main\.cf:9: missing '=' after attribute name: "x"/],
    ["a bad boolean", "soft_bounce = maybe\n", /main\.cf:9: soft_bounce: bad boolean configuration/],
  ])("%s is one sentence and 78", async (_what, more, words) => {
    const { code, out, err } = await lint("main.cf", SOUND + more);
    expect([code, out]).toEqual([78, ""]);
    expect(err).toMatch(words);
    expect(err).not.toMatch(/\n {4}at /);
  });

  it("a missing one is 66", async () => {
    const io = testIo();
    expect(await main(["lint", "/nonexistent/main.cf"], io)).toBe(66);
  });
});

describe("lint with the master.cf beside", () => {
  const SMTP = "smtp inet n - y - - smtpd\n";

  it("names the service and its line, and gives a cure for it", async () => {
    const masterCf = `${SMTP}submission inet n - y - - smtpd\n  -o smtpd_sender_restrictions=\n`;
    const { code, out, err } = await lint(
      "main.cf",
      `${SOUND}smtpd_client_restrictions = permit_sasl_authenticated, reject\n`,
      [],
      masterCf,
    );
    expect([code, err]).toEqual([1, ""]);
    expect(out).toBe(`@DIR@/master.cf:3: login-rule-dropped
  reject_sender_login_mismatch, which main.cf has in smtpd_sender_restrictions, is in no list of the service
  in      submission/inet (@DIR@/master.cf:2)
  so      whoever logs in there may send as alice@example.com
  write   -o { smtpd_sender_restrictions = reject_sender_login_mismatch }

`);
  });

  it("finds nothing where each service is sound", async () => {
    const masterCf = `${SMTP}smtps inet n - y - - smtpd -o smtpd_tls_wrappermode=yes\npickup unix n - y 60 1 pickup\n`;
    expect(await lint("main.cf", SOUND, [], masterCf)).toEqual({ code: 0, out: "nothing found\n", err: "" });
  });

  it("lets an override win over both files", async () => {
    const masterCf = `${SMTP}  -o soft_bounce=yes\n`;
    expect((await lint("main.cf", SOUND, [], masterCf)).code).toBe(1);
    expect(await lint("main.cf", SOUND, ["--override", "soft_bounce=no"], masterCf)).toMatchObject({ code: 0 });
  });

  it("names the services in JSON", async () => {
    const masterCf = `${SMTP}submission inet n - y - - smtpd -o soft_bounce=yes\n`;
    const { out } = await lint("main.cf", SOUND, ["--json"], masterCf);
    const [finding] = JSON.parse(out).findings;
    expect(finding).toMatchObject({ code: "soft-bounce-on", place: { line: 2 } });
    expect(finding.services).toMatchObject([{ name: "submission/inet", place: { line: 2 } }]);
  });

  it("tells what Postfix warns of, once", async () => {
    const masterCf = `  -o x=y\n${SMTP}${SMTP}`;
    const { err } = await lint("main.cf", `${SOUND}myorigin = $nothing\n`, [], masterCf);
    expect(err.trim().split("\n")).toEqual([
      expect.stringMatching(/main\.cf, line 9: myorigin: undefined parameter: nothing$/),
      expect.stringMatching(/master\.cf, line 1: logical line must not start with whitespace/),
      expect.stringMatching(/master\.cf, line 3: duplicate entry for service "smtp"/),
    ]);
  });

  it("a bad line is one sentence and 78", async () => {
    const { code, out, err } = await lint("main.cf", SOUND, [], `${SMTP}\n  -o smtpd_helo_required = yes\n`);
    expect([code, out]).toEqual([78, ""]);
    expect(err).toBe(
      "fromguard: @DIR@/master.cf:3: invalid \"-o smtpd_helo_required\" option value: missing '=' after attribute name\n",
    );
  });
});

describe("lint of a configuration of ours", () => {
  const MAP = 'ownership:\n  - login-map: "inline:{a=b}"\n';

  it("tells what it leaves open", async () => {
    const { code, out } = await lint("f.yaml", `${MAP}rules:\n  - login-owns-envelope\n`);
    expect(code).toBe(1);
    expect(out).toMatch(/^@DIR@\/f\.yaml:3: protection-gap\n {2}no rule refuses anything to clients without a login/);
    expect(out).toMatch(/\n {2}whoever logs in may write any address into the From header/);
  });

  it("finds nothing where nothing is open", async () => {
    const rules = "rules: [require-login, login-owns-envelope, header-originators-owned]\n";
    expect(await lint("f.yml", MAP + rules)).toEqual({ code: 0, out: "nothing found\n", err: "" });
  });

  it("a fault is 78", async () => {
    expect(await lint("f.yaml", "rulez: []\n")).toMatchObject({ code: 78, out: "" });
  });
});

describe("lint of maps", () => {
  const MAP = "/^Bob@example\\.com$/ bob\n/^(.*)@example\\.org$/ $1\nnonsense\n";

  async function lintAll(files: Readonly<Record<string, string>>, argv: readonly string[]) {
    const folder = await folderWith(files);
    const io = testIo();
    const code = await main(["lint", ...argv.map((each) => each.replaceAll("@DIR@", folder))], io);
    return { code, out: io.out().replaceAll(folder, "@DIR@"), err: io.err().replaceAll(folder, "@DIR@") };
  }

  it("tells each line that is bad or doubtful", async () => {
    expect(await lintAll({ senders: MAP }, ["pcre:@DIR@/senders"])).toEqual({
      code: 1,
      out: `@DIR@/senders:2: map-line-doubtful
  the result can be empty: it is for @example.org

@DIR@/senders:3: map-line-bad
  Postfix warns: pcre map @DIR@/senders, line 3: ignoring unrecognized request

`,
      err: "",
    });
  });

  it("finds nothing in a sound one", async () => {
    const map = { senders: "bob@example.com bob\n" };
    expect(await lintAll(map, ["texthash:@DIR@/senders"])).toEqual({ code: 0, out: "nothing found\n", err: "" });
  });

  it("reads several operands of all kinds, and prints one line of JSON", async () => {
    const files = {
      "main.cf": "compatibility_level = 3.6\nsoft_bounce = yes\n",
      "f.yaml": 'ownership:\n  - login-map: "inline:{a=b}"\nrules: [require-login, login-owns-envelope]\n',
      senders: MAP,
    };
    const { code, out } = await lintAll(files, ["--json", "@DIR@/main.cf", "@DIR@/f.yaml", "pcre:@DIR@/senders"]);
    const told = JSON.parse(out);
    expect([code, out.match(/\n/g)?.length]).toEqual([1, 1]);
    expect(told.files).toEqual(["@DIR@/main.cf", "@DIR@/f.yaml", "pcre:@DIR@/senders"]);
    const codes = told.findings.map(({ code: each }: { readonly code: string }) => each);
    expect(codes).toEqual(expect.arrayContaining(["soft-bounce-on", "protection-gap", "map-line-bad"]));
  });

  it.each([
    ["a file that is missing", "pcre:/nonexistent/senders", 66],
    ["a type that is not supported", "nonsense:/nonexistent", 78],
  ])("%s ends in one sentence", async (_what, map, exit) => {
    const { code, out, err } = await lintAll({}, [map]);
    expect([code, out, err]).toEqual([exit, "", expect.stringMatching(/^fromguard: [^\n]+\n$/)]);
  });
});

it.each([
  [[], "which MAIN_CF, CONFIG or MAP? See fromguard lint --help"],
  [["--jsn", "a"], "unknown option --jsn (did you mean --json?); see fromguard lint --help"],
])("wrong usage is 64: %j", async (argv, sentence) => {
  const io = testIo();
  expect(await main(["lint", ...argv], io)).toBe(64);
  expect(io.err()).toBe(`fromguard: ${sentence}\n`);
});
