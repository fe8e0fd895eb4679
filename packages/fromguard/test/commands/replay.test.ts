import { utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { blocksOf, page, replay as printed } from "../support/page.js";
import { testIo } from "../support/test-io.js";

const GRANTS = `groups:
  sales: [ann]
grants:
  - { login: bob, mailbox: bob@example.com }
  - { group: sales, send-as: sales@example.com }
  - { group: sales, send-as: offers@example.com }
`;
const CONFIG = "ownership:\n  - grants: grants.yaml\nrules: [sender-fqdn, login-owns-envelope]\n";

let id = 0;

/** What Postfix logs of a message that it took. */
function taken(login: string, sender: string): string {
  const queueId = (++id).toString(16).toUpperCase().padStart(6, "0");
  const line = (program: string, text: string) => `Nov  3 04:05:06 mx postfix/${program}[1]: ${queueId}: ${text}\n`;
  return [
    line("smtpd", `client=c.test[192.0.2.1], sasl_method=PLAIN, sasl_username=${login}`),
    line("qmgr", `from=<${sender}>, size=400, nrcpt=1 (queue active)`),
    line("qmgr", "removed"),
  ].join("");
}

async function replay(
  logs: Readonly<Record<string, string>>,
  { options = [] as readonly string[], config = CONFIG, terminal = false } = {},
) {
  const folder = await folderWith({ "fromguard.yaml": config, "grants.yaml": GRANTS, ...logs });
  // The first is the newest, as `mail.log*` lists them.
  for (const [age, name] of Object.keys(logs).entries()) await utimes(join(folder, name), 1e9 - age, 1e9 - age);
  const io = testIo({ terminal });
  const files = Object.keys(logs).map((name) => join(folder, name));
  const code = await main(["replay", "--config", join(folder, "fromguard.yaml"), ...options, ...files], io);
  return { code, out: io.out().replaceAll(`${folder}/`, ""), err: io.err().replaceAll(`${folder}/`, "") };
}

const LOG =
  taken("bob", "bob@example.com") +
  taken("bob", "sales@example.com") +
  taken("bob", "sales@example.com") +
  taken("bob", "offers@example.com") +
  taken("eve", "bob@example.com");

describe("fromguard replay", () => {
  it("tells what would be refused, of whom, and what would let it pass with what beside it", async () => {
    const { code, out, err } = await replay({ "mail.log": LOG });
    expect(code).toBe(1);
    expect(err).toBe("warning: the configuration has 2 warnings: fromguard config check fromguard.yaml tells them\n");
    expect(out).toBe(`5 messages in 15 lines of mail.log

  accept            1   20.0 %
  reject            4   80.0 %
  defer             0    0.0 %

3 messages, of bob  envelope-not-owned, says login-owns-envelope
       2  sales@example.com  grants:grants.yaml, first at mail.log:5
       1  offers@example.com  grants:grants.yaml, first at mail.log:11
  to let them pass:
    sales: [bob]  under groups: 3 messages as 2 addresses; lets in nothing else
    - { login: bob, send-as: sales@example.com }  under grants: 2 messages as 1 address; lets in nothing else
    - { login: bob, send-as: offers@example.com }  under grants: 1 message as 1 address; lets in nothing else

1 message, of eve  envelope-not-owned, says login-owns-envelope
       1  bob@example.com  grants:grants.yaml, first at mail.log:14
  to let them pass:
    - { login: eve, send-as: bob@example.com }  under grants: 1 message as 1 address; lets in nothing else
`);
  });

  it("prints one line of JSON", async () => {
    const { code, out } = await replay({ "mail.log": LOG }, { options: ["--json"] });
    const told = JSON.parse(out);
    expect([code, out.trimEnd().includes("\n")]).toEqual([1, false]);
    expect(told).toMatchObject({
      messages: 5,
      accept: 1,
      reject: 4,
      defer: 0,
      logs: [{ lines: 15, strange: 0 }],
      groups: [
        {
          code: "envelope-not-owned",
          login: "bob",
          messages: 3,
          cures: [
            {
              kind: "membership",
              line: "sales: [bob]",
              messages: 3,
              addresses: 2,
              others: { logins: 0, addresses: 0 },
            },
            { kind: "grant", messages: 2 },
            { kind: "grant", messages: 1 },
          ],
        },
        { login: "eve", refused: [{ about: "bob@example.com", messages: 1, first: { line: 14 } }] },
      ],
    });
  });

  it("tells what a membership lets in beside what was sent", async () => {
    const { out } = await replay({ "mail.log": taken("bob", "sales@example.com") });
    expect(out).toContain("sales: [bob]  under groups: 1 message as 1 address; lets in 1 more address\n");
  });

  it("puts messages together that begin in an older log, whatever the order of the names", async () => {
    const [client, sender, removed] = taken("bob", "bob@example.com").split(/(?<=\n)/);
    const { code, out } = await replay({ "mail.log": `${sender}${removed}`, "mail.log.1": `${client}` });
    expect([code, out]).toEqual([0, expect.stringContaining("1 message in 3 lines of mail.log.1 and mail.log")]);
  });

  it("counts what the server refused itself apart, and does not explain it", async () => {
    const refused =
      "Nov  3 04:05:06 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from c.test[192.0.2.1]: 550 5.1.1 <x@y.test>: unknown; from=<ann@example.com> to=<x@y.test> proto=ESMTP helo=<c> sasl_method=PLAIN sasl_username=bob\n";
    const { code, out } = await replay({ "mail.log": refused });
    expect(code).toBe(0);
    expect(out).toContain("1 attempt refused by the server itself; the policy would refuse 1 and defer 0 of them");
  });

  it("names rules that no log has the facts for", async () => {
    const config = `${CONFIG.replace("]", ", header-originators-owned]")}`;
    const { out } = await replay({ "mail.log": LOG }, { config });
    expect(out).toContain(
      "not run on 5 messages: header-originators-owned needs headers, which the log does not tell\n",
    );
  });

  it("asks each question once, and waits for answers that come late", async () => {
    const config = 'ownership:\n  - login-map: "fail:away"\nrules: [login-owns-envelope]\n';
    const { code, out } = await replay({ "mail.log": LOG }, { config });
    expect([code, out]).toEqual([75, expect.stringMatching(/defer {13}5 {2}100\.0 %/)]);
  });

  it("lets nothing of a log act on the terminal", async () => {
    const { out } = await replay({ "mail.log": taken("bob\x1b[2J", 'x\x1b[2J"@example.com') });
    expect([...out].filter((character) => character < " " && character !== "\n")).toEqual([]);
  });

  it.each([
    ["no log", [], 64, /which LOG\?/],
    ["a log that is not there", ["/nowhere/mail.log"], 66, /\/nowhere\/mail\.log: cannot be read: no such file/],
    ["a folder", ["/"], 66, /^fromguard: \/: cannot be read: /m],
  ] as const)("%s ends in one sentence", async (_what, files, code, err) => {
    const folder = await folderWith({ "fromguard.yaml": CONFIG, "grants.yaml": GRANTS });
    const io = testIo();
    expect(await main(["replay", "--config", join(folder, "fromguard.yaml"), ...files], io)).toBe(code);
    expect(io.err()).toMatch(err);
    expect(io.out()).toBe("");
  });

  it.each([
    ["packed, and breaks off", (packed: Buffer) => packed.subarray(0, packed.length - 20), "unexpected end of file"],
    [
      "garbage behind the mark of gzip",
      () => Buffer.from("\x1f\x8bgarbage", "latin1"),
      "it is not packed by gzip, or damaged",
    ],
    ["a journal that breaks off", () => Buffer.from("__CURSOR=s=1\nMESSAGE\n1"), "the journal ends within a field"],
  ])("a log that is %s ends in one sentence with its name", async (_what, spoilt, reason) => {
    const folder = await folderWith({ "fromguard.yaml": CONFIG, "grants.yaml": GRANTS });
    const log = join(folder, "spoilt");
    await writeFile(log, spoilt(gzipSync(LOG)));
    const io = testIo();
    expect(await main(["replay", "--config", join(folder, "fromguard.yaml"), log], io)).toBe(66);
    expect(io.err()).toContain(`fromguard: ${log}`);
    expect(io.err()).toMatch(new RegExp(`spoilt(?::\\d+)?: cannot be read: ${reason}\n$`));
    expect(io.out()).toBe("");
  });

  it("names the line at which a log breaks off", async () => {
    const folder = await folderWith({ "fromguard.yaml": CONFIG, "grants.yaml": GRANTS });
    const log = join(folder, "journal");
    await writeFile(log, "__CURSOR=s=1\nMESSAGE=x\n\n__CURSOR=s=2\nMESSAGE\n1");
    const io = testIo();
    expect(await main(["replay", "--config", join(folder, "fromguard.yaml"), log], io)).toBe(66);
    expect(io.err()).toContain(`${log}:2: cannot be read: the journal ends within a field\n`);
  });

  it("tells of a file that is no log that nothing can be told", async () => {
    const { code, out } = await replay({ passwd: "root:x:0:0:root:/root:/bin/sh\n".repeat(34) });
    expect([code, out]).toEqual([75, expect.stringContaining("\n34 lines are no log lines\n")]);
  });

  it("counts lines that are none of a log beside those that are", async () => {
    const { code, out } = await replay({ "mail.log": `cut off\n${taken("bob", "bob@example.com")}` });
    expect([code, out]).toEqual([0, expect.stringContaining("\n1 line is no log line\n")]);
  });

  it("tells what it cannot tell: with no rule that runs on a log everything is deferred", async () => {
    const config = CONFIG.replace(/\[.*]/, "[header-originators-owned]");
    const { code, out } = await replay({ "mail.log": LOG }, { config });
    expect([code, out]).toEqual([75, expect.stringContaining("not run on 5 messages: header-originators-owned")]);
  });
});

describe("fromguard replay of audit lines", () => {
  const HEADERS = `${CONFIG.replace("]", ", header-originators-owned]")}`;

  /** What a daemon whose policy is not yet in force writes of a message, the line of a syslog where it has one. */
  function audit(from: string, { syslog = false, queueId = "4F1B2A", transaction = {}, version = 1 } = {}): string {
    const line = JSON.stringify({
      time: "2026-11-03T04:05:06.000Z",
      level: "info",
      event: "audit",
      version,
      queueId,
      action: "accept",
      code: "ok",
      transaction: {
        login: "bob",
        localUser: null,
        client: { address: "192.0.2.1" },
        helo: "c",
        envelopeFrom: "<bob@example.com>",
        headers: [["From", ` ${from}`]],
        ...transaction,
      },
    });
    return syslog ? `Nov  3 04:05:06 mx fromguard[7]: ${line}\n` : `${line}\n`;
  }

  it("decides on the header, too", async () => {
    const log = audit("bob@example.com") + audit("sales@example.com") + audit("Sales <sales@example.com>");
    const { code, out } = await replay({ "audit.log": log }, { config: HEADERS });
    expect(code).toBe(1);
    expect(out).toContain("2 messages, of bob  from-not-owned, says header-originators-owned");
    expect(out).toContain("2  sales@example.com  grants:grants.yaml, first at audit.log:2");
    expect(out).toContain("sales: [bob]  under groups: 2 messages as 1 address");
    expect(out).not.toContain("not run");
  });

  it("tells a message once that Postfix has lines of in the same log", async () => {
    const [client, sender, removed] = taken("bob", "bob@example.com").split(/(?<=\n)/);
    const queueId = /\]: (\w+):/.exec(client!)![1]!;
    const log = `${client}${audit("sales@example.com", { syslog: true, queueId })}${sender}${removed}`;
    const { out } = await replay({ "mail.log": log }, { config: HEADERS });
    expect(out).toMatch(/^1 message in 4 lines/);
    expect(out).toContain("reject            1  100.0 %");
  });

  it("counts rules that the milter had no facts for, and lines that cannot be read", async () => {
    const log =
      audit("bob@example.com", { transaction: { headers: undefined } }) +
      audit("x", { version: 2 }) +
      audit("x", { transaction: { helo: 7 } }) +
      `${audit("x").slice(0, 150)}\n` +
      '{"level":"info","event":"started"}\n';
    const { out } = await replay({ "audit.log": log }, { config: HEADERS });
    expect(out).toContain("not run on 1 message: header-originators-owned needs headers");
    expect(out).toContain("3 audit lines that cannot be read, not judged");
  });

  it("counts what was refused then apart", async () => {
    const { code, out } = await replay(
      { "audit.log": audit("sales@example.com").replace('"accept"', '"reject"') },
      { config: HEADERS },
    );
    expect([code, out]).toEqual([
      0,
      expect.stringContaining("1 attempt refused by the server itself; the policy would refuse 1"),
    ]);
  });
});

describe("docs/replay.md", () => {
  it("prints what it says", async () => {
    const blocks = blocksOf(page("docs/replay.md"));
    const files = blocks.flatMap(({ text }) => {
      const [, name, rest = ""] = /^# (\S+)\n(.*)$/s.exec(text) ?? [];
      return name === undefined ? [] : [[name, rest] as const];
    });
    const folder = await folderWith(Object.fromEntries(files));
    const shown = blocks.find(({ language }) => language === "console")!;
    const out = await printed(
      shown,
      ([command = "", log = ""]) => [command, join(folder, log), "--config", join(folder, "fromguard.yaml")],
      (text) => text.replaceAll(`${folder}/`, ""),
    );
    expect(shown.text).toBe(out);
  });
});
