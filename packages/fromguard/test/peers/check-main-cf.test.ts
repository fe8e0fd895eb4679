import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../src/main.js";
import { testIo } from "../support/test-io.js";
import { whyNotRun } from "./peers.js";
import { PrivatePostfix, type SmtpdOverrides } from "./postfix.js";
import { submit } from "./smtp-client.js";

const reason = whyNotRun(["postfix", "postmap"]);

const SMTPDS: Readonly<Record<string, SmtpdOverrides>> = {
  plain: { smtpd_sender_restrictions: "reject_non_fqdn_sender" },
  soft: { smtpd_sender_restrictions: "reject_non_fqdn_sender", soft_bounce: "yes" },
  map: { smtpd_sender_restrictions: "check_sender_access texthash:@DIR@/access" },
  built: { smtpd_sender_restrictions: "check_sender_access hash:@DIR@/built" },
  unbuilt: { smtpd_sender_restrictions: "check_sender_access hash:@DIR@/access" },
  gone: { smtpd_sender_restrictions: "check_sender_access texthash:@DIR@/gone" },
  relative: { smtpd_sender_restrictions: "check_sender_access texthash:../access" },
  unknown: { smtpd_sender_restrictions: "rejekt_all" },
  accounts: { smtpd_sender_restrictions: "reject_unlisted_sender" },
};
const MAIN_CF = { mydestination: "here.test", local_recipient_maps: "unix:passwd.byname" };
const FILES = { access: "evil@a.test REJECT go away\nb.test 450 4.2.0 later\n", built: "evil@a.test REJECT built\n" };
const SENDERS = [
  "bob",
  "evil@a.test",
  "x@b.test",
  "a@b@",
  "a b@c.test",
  "@a.test",
  "x@[1.2.3]",
  "-x@a.test",
  "daemon@here.test",
  "x@here.test",
  "",
];
const RECIPIENTS = ["root@here.test", "no-such-user@here.test", "x@elsewhere.test"];

describe.skipIf(reason !== undefined)("check --main-cf beside a running Postfix", () => {
  let postfix: PrivatePostfix;
  beforeAll(async () => {
    postfix = await PrivatePostfix.start({ mainCf: MAIN_CF, smtpds: SMTPDS, files: FILES });
    spawnSync("postmap", ["-c", postfix.folder, `hash:${postfix.folder}/built`]);
  });
  afterAll(() => postfix?.stop());

  it.each(Object.keys(SMTPDS))("%s: the same replies at the same commands", async (name) => {
    const service = ["--service", `127.0.0.1:${postfix.port(name)}`];
    for (const sender of SENDERS) {
      for (const recipient of RECIPIENTS) {
        const mailFrom = `<${sender}>`;
        const theirs = await submit({
          port: postfix.port(name),
          mailFrom,
          recipients: [`<${recipient}>`],
          message: "",
        });
        const io = testIo();
        const argv = [
          "--client",
          "127.0.0.1",
          "--client-name",
          "localhost",
          "--helo",
          "client.example.org",
          "--ignore-unknown",
        ];
        await main(
          [
            "check",
            "--main-cf",
            `${postfix.folder}/main.cf`,
            ...service,
            ...argv,
            "--json",
            "--sender",
            mailFrom,
            "--recipient",
            recipient,
          ],
          io,
        );
        const { stage, reply } = JSON.parse(io.out()) as { readonly stage: string; readonly reply: string };
        const ours = reply.startsWith("250") ? "accepted" : `${stage} ${reply}`;
        const due = /^(MAIL|RCPT)$/.test(theirs.stage) ? `${theirs.stage} ${theirs.text}` : "accepted";
        expect([sender, recipient, ours]).toEqual([sender, recipient, due]);
      }
    }
  });
});
