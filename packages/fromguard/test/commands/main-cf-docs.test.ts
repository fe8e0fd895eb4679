import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { startNameServer } from "../../src/demo/name-server.js";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { testIo } from "../support/test-io.js";

const docs = readFileSync(fileURLToPath(new URL("../../../../docs/main-cf.md", import.meta.url)), "utf8");
const COMMANDS = [...docs.matchAll(/^\$ fromguard (.*)$/gm)].map(([, words = ""]) => words);

/** The exit code and the start of the output of each. */
const DUE: Readonly<Record<string, readonly [code: number, out: RegExp]>> = {
  "check --main-cf main.cf --login bob": [1, /^REJECT {2}553 5\.7\.1 <alice@example\.com>: .* not owned by user bob\n/],
  "check --main-cf main.cf --sender": [1, /^\{"action":"reject","stage":"RCPT","reply":"553 5\.7\.1 .* not logged in"/],
  "check --main-cf main.cf --local-user": [1, /^REJECT {2}not authorized to use sender='alice@example\.com'\n/],
  "check --main-cf main.cf --service": [0, /^ACCEPT {2}250 2\.1\.5 Ok\n/],
  "check --main-cf main.cf --override": [0, /^ACCEPT {2}250 2\.1\.5 Ok\n/],
  "lint main.cf": [1, /no-header-check\n/],
  "lint --json main.cf": [1, /^\{"files":/],
  "lint fromguard.yaml": [1, /protection-gap\n/],
  "lint pcre:senders": [1, /map-line-doubtful\n/],
  "import main.cf": [0, /^rules:\n(.*\n)* {2}- login-owns-envelope\n/m],
  "import --service submission main.cf": [0, /^rules:\n(.*\n)* {2}- relay-only-for-login:/m],
  "import --exact main.cf": [0, /^ {2}- postfix-restrictions:\n/m],
};

describe("docs/main-cf.md", () => {
  it.each(COMMANDS)("its command runs: fromguard %s", async (command) => {
    const dns = await startNameServer({ "example.com": { mx: "mx.example.com" } });
    onTestFinished(dns.close);
    const folder = await folderWith({
      "main.cf": `compatibility_level = 3.6\nmydestination =\nrelay_domains = example.com\nsmtpd_sasl_auth_enable = yes
local_login_sender_maps = inline:{root=*}
smtpd_sender_login_maps = inline:{alice@example.com=alice}\nsmtpd_sender_restrictions = reject_sender_login_mismatch\n`,
      "master.cf": "submission inet n - y - - smtpd -o smtpd_sender_restrictions=\n",
      senders: "/^(.*)@example\\.org$/ $1\n",
      "fromguard.yaml": 'ownership:\n  - login-map: "inline:{a=b}"\nrules: [login-owns-envelope]\n',
    });
    const argv = command
      .split(" ")
      .map((word) => word.replace(/^(|pcre:)(main\.cf|fromguard\.yaml|senders)$/, `$1${folder}/$2`));
    const io = testIo();
    const asksDns = command.startsWith("check") && !argv.includes("--local-user");
    const code = await main(asksDns ? [...argv, "--dns-server", dns.address] : argv, io);
    const [, [due, out] = []] = Object.entries(DUE).find(([start]) => command.startsWith(start)) ?? [];
    expect([command, code]).toEqual([command, due]);
    expect(io.out()).toMatch(out ?? /nothing is due/);
  });

  it("names every finding", () => {
    const source = new URL("../../../postfix/src/lint/finding.ts", import.meta.url);
    const codes = [...readFileSync(fileURLToPath(source), "utf8").matchAll(/^ {2}\| "([a-z-]+)"/gm)].map(
      ([, code]) => code,
    );
    expect(codes.length).toBeGreaterThan(10);
    for (const code of codes) expect(docs).toContain(`\`${code}\``);
  });
});
