import { spawnSync } from "node:child_process";
import { readTable } from "@fromguard/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whyNotRun } from "./peers.js";
import { PrivatePostfix } from "./postfix.js";
import { submit } from "./smtp-client.js";

const reason = whyNotRun(["postfix", "postmap"]);
const KEYS = ["alice@example.com", "Bob@example.com", "eve@example.com", "a", "z", ""];
const FILES = {
  hash: "alice@example.com alice\nbob@example.com bob, carol\n",
  rules: "/^([^@]+)@example\\.com$/ $1\n",
};
const PROXIED = ["texthash:@DIR@/hash", "pcre:@DIR@/rules", "regexp:@DIR@/rules", "inline:{a=b}", "static:x"];
const BROKEN = [
  "pipemap:{inline:{z@example.net=DUNNO},texthash:@DIR@/none}",
  "unionmap:{inline:{z@example.net=DUNNO},texthash:@DIR@/none}",
];

describe.skipIf(reason !== undefined)("tables of a running Postfix", () => {
  let postfix: PrivatePostfix;
  beforeAll(async () => {
    const smtpds = Object.fromEntries(
      BROKEN.map((table) => [
        table.slice(0, table.indexOf(":")),
        { smtpd_sender_restrictions: `check_sender_access ${table}` },
      ]),
    );
    postfix = await PrivatePostfix.start({
      mainCf: { proxy_read_maps: ["unix:passwd.byname", ...PROXIED].map((name) => `proxy:${name}`).join(" ") },
      smtpds,
      files: FILES,
    });
  });
  afterAll(() => postfix?.stop());

  it.each(PROXIED)("proxy:%s answers as the table behind it", async (source) => {
    const name = `proxy:${source.replace("@DIR@", postfix.folder)}`;
    const { status, stdout } = spawnSync("postmap", ["-c", postfix.folder, "-q", "-", name], {
      input: KEYS.map((key) => `${key}\n`).join(""),
      encoding: "utf8",
    });
    const { table } = await readTable(name);
    let own = "";
    for (const key of KEYS) {
      const answer = await table.lookup(key);
      if (answer.kind === "found") own += `${key}\t${answer.value}\n`;
    }
    expect([own, own === "" ? 1 : 0]).toEqual([stdout, status]);
  });

  // A relay is refused to who passes the sender restrictions.
  const REPLIES: Readonly<Record<string, number>> = { error: 451, "not-found": 554, found: 554 };

  it.each(BROKEN)("%s fails in smtpd for the senders that come to the bad member", async (source) => {
    const name = source.replace("@DIR@", postfix.folder);
    const { table } = await readTable(name, { invalid: "answer-when-reached" });
    const kinds = [];
    for (const sender of ["y@example.net", "z@example.net"]) {
      const { kind } = await table.lookup(sender);
      const port = postfix.port(source.slice(0, source.indexOf(":")));
      const { code } = await submit({ port, mailFrom: `<${sender}>`, message: "" });
      expect([sender, REPLIES[kind]]).toEqual([sender, code]);
      kinds.push(kind);
    }
    expect(kinds).toContain("error");
  });
});
