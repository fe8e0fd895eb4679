import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startNameServer } from "../../src/demo/name-server.js";
import { main } from "../../src/main.js";
import { start } from "../support/running.js";
import { testIo } from "../support/test-io.js";
import { whyNotRun } from "./peers.js";
import { PrivatePostfix } from "./postfix.js";
import { submit } from "./smtp-client.js";

const reason = whyNotRun(["postfix", "postconf"]);
const MAIN_CF = {
  mydestination: "here.test",
  recipient_delimiter: "+",
  smtpd_sender_login_maps: "pcre:@DIR@/senders",
  local_header_rewrite_clients: "permit_inet_interfaces",
};
const FILES = { senders: "/^([^@+]+)(\\+[^@]*)?@example\\.com$/  $1\n" };

describe.skipIf(reason !== undefined)("init from the main.cf of a real Postfix", () => {
  const closing: (() => Promise<unknown>)[] = [];
  let port = 0;
  let lines = "";
  let written = "";

  beforeAll(async () => {
    const before = await PrivatePostfix.start({ mainCf: MAIN_CF, smtpds: { plain: {} }, files: FILES });
    closing.push(() => before.stop());
    const output = `${before.folder}/fromguard.yaml`;
    const io = testIo();
    expect([await main(["init", "--from", `${before.folder}/main.cf`, "--output", output], io), io.err()]).toEqual([
      0,
      "",
    ]);
    const dns = await startNameServer({ "example.com": { mx: "mx.example.com" } });
    closing.push(dns.close);
    written = await readFile(output, "utf8");
    const served = written.replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:0");
    await writeFile(output, `${served}dns: { servers: ["${dns.address}"], timeout-ms: 2000 }\n`);
    const daemon = await start(output);
    closing.push(daemon.stop);
    const addressOf = (kind: string) =>
      new RegExp(`"kind":"${kind}","address":"([^"]+)"`).exec(daemon.io.out())?.[1] ?? `no ${kind} listener`;
    lines = io.out().slice(io.out().indexOf("# main.cf\n"));
    const connected = lines
      .replace(/inet:127\.0\.0\.1:\d+, timeout/, `inet:${addressOf("policy")}, timeout`)
      .replace(/(smtpd_milters = inet:)[\d.:]+/, `$1${addressOf("milter")}`);
    const set = [...connected.matchAll(/^(\w+) =(.*)$/gm)].map(([, name = "", value = ""]) => [name, value.trim()]);
    const after = await PrivatePostfix.start({
      mainCf: { ...MAIN_CF, ...Object.fromEntries(set) },
      smtpds: { plain: {} },
      files: FILES,
    });
    closing.push(() => after.stop());
    port = after.port("plain");
    const { status, stderr } = spawnSync("postconf", ["-c", after.folder, "-n"], { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  });
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });

  it("takes the map and its delimiter, and sets four parameters", () => {
    expect(written).toMatch(/- pcre:\/.*\/senders\n {4}recipient-delimiter: \+\n/);
    expect(lines.match(/^\w+(?= =)/gm)).toEqual([
      "smtpd_sender_restrictions",
      "smtpd_milters",
      "milter_default_action",
      "local_header_rewrite_clients",
    ]);
  });

  it.each([
    ["a forged envelope at MAIL FROM", "<bob@example.com>", "ann@example.com", "MAIL", /^553 5\.7\.1 /],
    ["a forged From at the end", "<ann@example.com>", "bob@example.com", "END", /^553 5\.7\.1 /],
    ["honest mail at no stage", "<ann+list@example.com>", "ann@example.com", "END", /^250 2\.0\.0 Ok: queued/],
  ])("Postfix with the printed lines refuses %s", async (_what, mailFrom, from, stage, words) => {
    const message = `From: ${from}\r\n\r\nPlease pay.\r\n`;
    const result = await submit({ port, xclientLogin: "ann", mailFrom, recipients: ["<root@here.test>"], message });
    expect([result.stage, result.text]).toEqual([stage, expect.stringMatching(words)]);
  });
});
