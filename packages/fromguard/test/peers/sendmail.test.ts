import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  createGuard,
  type Edit,
  failWith,
  isLocal,
  loginOwnsEnvelope,
  ownedAddresses,
  pass,
  type Rule,
  requireLogin,
  rule,
  unless,
} from "@fromguard/core";
import { createMilterServer, type MilterEvent } from "@fromguard/milter";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleCli } from "../support/bundle-cli.js";
import { Daemon } from "./daemon.js";
import { freePorts } from "./postfix.js";
import { CASES, seedRules } from "./scenario.js";
import { HAS_INET6, PrivateSendmail, whyNoSendmail } from "./sendmail.js";
import { SmtpClient, type Submission, submit } from "./smtp-client.js";

const reason = whyNoSendmail();

/** Logins as Sendmail writes them otherwise than they are. */
const ODD_LOGINS = ["ann+news@example.com", "a=b (c) <d>@example.com", "jörg@example.com"];
const PASSWORD = "secret";
const REPLY = { code: 553, enhanced: "5.7.1", text: "100% of 5%s and %n are %% not yours" } as const;

const refusing = (need: "envelopeFrom" | "headers"): Rule => rule("refuse", [need], () => failWith("refused", REPLY));
const editing = (...edits: Edit[]): Rule => rule("editing", ["headers"], () => pass("ok", edits));

/** The rules behind each port of Sendmail. */
const RULES: Readonly<Record<string, readonly Rule[]>> = {
  seed: seedRules(),
  owned: [
    loginOwnsEnvelope({ ownership: ownedAddresses(Object.fromEntries(ODD_LOGINS.map((login) => [login, [login]]))) }),
  ],
  atMail: [refusing("envelopeFrom")],
  atEnd: [refusing("headers")],
  quarantine: [editing({ kind: "quarantine", reason: "100% held, jörg" })],
  withLogin: [unless(isLocal, requireLogin())],
};

/** The configuration that the document shows for Sendmail. */
const [, RECIPE = ""] =
  /^## Sendmail\n.*?^```yaml\n(.*?)^```/ms.exec(
    readFileSync(fileURLToPath(new URL("../../../../docs/local-submission.md", import.meta.url)), "utf8"),
  ) ?? [];

describe.skipIf(reason !== undefined)("a guard behind a real Sendmail", () => {
  const closing: (() => Promise<void>)[] = [];
  const events: MilterEvent[] = [];
  let sendmail: PrivateSendmail;

  beforeAll(async () => {
    const milters: Record<string, number> = {};
    for (const [name, rules] of Object.entries(RULES)) {
      const server = createMilterServer({
        guard: createGuard({ rules }),
        name,
        localMail: name === "withLogin" ? "sendmail" : "postfix",
        onEvent: (event) => events.push(event),
      });
      const { address } = await server.listen("127.0.0.1:0");
      milters[name] = Number(address.split(":")[1]);
      closing.push(() => server.close({ graceMs: 0 }));
    }
    const [dead, local] = (await freePorts(2)) as [number, number];
    const daemon = await Daemon.start({
      cli: await bundleCli(),
      config: RECIPE.replace("127.0.0.1:10027", `127.0.0.1:${local}`),
      ready: /"ready"/,
    });
    closing.push(() => daemon.stop());
    const logins = ["ann@mail.example.com", "bob@mail.example.com", ...ODD_LOGINS];
    sendmail = await PrivateSendmail.start({
      milters: { ...milters, dead, local },
      users: Object.fromEntries(logins.map((login) => [login, PASSWORD])),
    });
    closing.unshift(() => sendmail.stop());
  });

  afterAll(async () => {
    for (const close of closing) await close();
  });

  let boxes = 0;
  /** Sends to a mailbox that nobody else uses. */
  const send = async (name: string, submission: Omit<Submission, "port" | "recipients">) => {
    const box = `box${++boxes}`;
    const { stage, text } = await submit({
      ...submission,
      port: sendmail.port(name),
      recipients: [`<${box}@partner.test>`],
    });
    return { box, stage, text };
  };
  const authOf = (login: string | undefined) =>
    login === undefined ? {} : { auth: { user: login, password: PASSWORD } };
  /** As Postfix says it: Sendmail puts the address before the text, and has words of its own for what it takes. */
  const asPostfix = (reply: string) =>
    reply
      .replace(/^(\d{3} \S+) <\S*>\.\.\. /, "$1 ")
      .replace(/^250 2\.0\.0 \w+ Message accepted for delivery$/, "250 2.0.0 Ok: queued as ID");
  const HONEST = "From: ann@example.com\r\nSubject: x\r\n\r\nHello.\r\n";

  test.each(CASES)("the seed scenario: $name", async ({ login, mailFrom, header, milter }) => {
    const message = `${header}To: rcpt@partner.test\r\n\r\nHello.\r\n`;
    const { box, text } = await send("seed", { ...authOf(login), mailFrom, message });
    expect(asPostfix(text)).toMatch(milter);
    if (text.startsWith("250")) expect(await sendmail.deliveredTo(box)).toContain(`\n${header.replace("\r", "")}`);
    else expect(await sendmail.mailboxes()).not.toContain(box);
  });

  test.each(ODD_LOGINS)("the login %s is read as it is", async (login) => {
    const octets = Buffer.from(login).toString("latin1");
    const quoted = /[ ()<>]/.test(octets) ? octets.replace(/^(.*)@/, '"$1"@') : octets;
    events.length = 0;
    await send("owned", { ...authOf(login), mailFrom: `<${quoted}>`, message: HONEST });
    expect(events).toMatchObject([{ kind: "decision", login, queueId: expect.stringMatching(/^\w{14,}$/) }]);
  });

  test.each([ODD_LOGINS[0] as string])("honest mail of %s passes, mail of another does not", async (login) => {
    const own = await send("owned", { ...authOf(login), mailFrom: `<${login}>`, message: HONEST });
    expect(own.text).toMatch(/^250 2\.0\.0 /);
    const forged = await send("owned", { ...authOf(login), mailFrom: "<ann@example.com>", message: HONEST });
    expect(forged).toMatchObject({ stage: "MAIL", text: expect.stringMatching(/^553 5\.7\.1 /) });
  });

  test.each([
    ["atMail", "MAIL", "553 5.7.1 <ann@example.com>... 100% of 5%s and %n are %% not yours"],
    ["atEnd", "END", "553 5.7.1 100% of 5%s and %n are %% not yours"],
  ])("a reply keeps its percent signs: %s", async (name, stage, text) => {
    expect(await send(name, { mailFrom: "<ann@example.com>", message: HONEST })).toMatchObject({ stage, text });
  });

  test("quarantine holds the message, and keeps its reason", async () => {
    const { box, text } = await send("quarantine", { mailFrom: "<ann@example.com>", message: HONEST });
    expect(text).toMatch(/^250 2\.0\.0 /);
    const held = (await sendmail.quarantined()).filter((file) => file.includes(box));
    expect(held).toEqual([expect.stringMatching(/^q100% held, j\xc3\xb6rg$/m)]);
    expect(await sendmail.mailboxes()).not.toContain(box);
  });

  test("with F=T nothing passes while the milter is down", async () => {
    const { text } = await send("dead", { mailFrom: "<ann@example.com>", message: HONEST });
    expect(text).toMatch(/^4\d\d 4\./);
  });

  test("many messages on one connection are judged one by one", async () => {
    const client = await SmtpClient.open(sendmail.port("seed"));
    const said: number[] = [];
    const say = async (line: string) => said.push((await client.command(line)).code);
    await client.reply();
    await say("EHLO client.example.org");
    await say(`AUTH PLAIN ${Buffer.from("\0ann\0secret").toString("base64")}`);
    for (const from of ["ann", "bob", "ann"]) {
      await say("MAIL FROM:<ann@example.com>");
      await say("RCPT TO:<many@partner.test>");
      await say("DATA");
      await say(`From: ${from}@example.com\r\n\r\nx\r\n.`);
    }
    // A message that is given up leaves nothing behind.
    for (const line of ["MAIL FROM:<bob@example.com>", "MAIL FROM:<ann@example.com>", "EHLO other", "RSET"])
      await say(line);
    client.close();
    expect(said).toEqual([250, 235, 250, 250, 354, 250, 250, 250, 354, 553, 250, 250, 354, 250, 553, 250, 250, 250]);
  });

  test.skipIf(!HAS_INET6)("an IPv6 client is known by its address", async () => {
    events.length = 0;
    await send("seed", { host: "::1", mailFrom: "<ann@example.com>", message: HONEST });
    expect(events).toMatchObject([{ kind: "decision", client: "::1", decision: { code: "login-required" } }]);
  });

  describe("mail of sendmail's submission program", () => {
    const submitted = async (name: string, header: string) => {
      const box = `box${++boxes}`;
      const input = `${header}Subject: x\n\nHello.\n`;
      const run = await sendmail.submit(name, ["-f", "ann@example.com", `${box}@partner.test`], input);
      expect(run).toEqual({ status: 0, stdout: "", stderr: "" });
      return box;
    };

    test.each([
      ["local", "From: ann@example.com\n"],
      ["local", ""],
      ["withLogin", "From: ann@example.com\n"],
    ])("passes without a login: behind %s with %j", async (name, header) => {
      const box = await submitted(name, header);
      expect(await sendmail.deliveredTo(box)).toMatch(/^From: ann@example\.com$/m);
    });

    test("is held where its From is forged, and nobody gets a bounce", async () => {
      const box = await submitted("local", "From: bob@example.com\n");
      const held = (await sendmail.quarantined()).filter((file) => file.includes(box));
      expect(held).toEqual([expect.stringMatching(/^q.*not owned/m)]);
      expect(await sendmail.mailboxes()).not.toContain(box);
    });
  });
});
