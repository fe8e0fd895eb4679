import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGuard, type Edit, type Guard, pass, type Rule, requireFqdn, requireLogin, rule } from "@fromguard/core";
import { createPolicyServer, type PolicyEvent, type PolicyServer } from "@fromguard/policy";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { whyNotRun } from "./peers.js";
import { PrivatePostfix } from "./postfix.js";
import { SmtpClient, submit } from "./smtp-client.js";

const reason = whyNotRun(["postfix"]);

const accepts = (edits: readonly Edit[]): Rule => rule("edits", ["login", "envelopeFrom"], () => pass("ok", edits));
const TAG: Edit = { kind: "prepend-header", name: "X-Checked", value: "ann" };
const HOLD: Edit = { kind: "quarantine", reason: "for a look" };

const LISTS = ["client", "helo", "sender", "recipient", "data", "end_of_data", "etrn"];

const knowing = createGuard({ rules: [rule("any", ["client"], () => pass())] });
const CONTEXTS: Readonly<Record<string, Guard>> = {
  submission: createGuard({ rules: [requireLogin()] }),
  inbound: createGuard({ rules: [requireFqdn()] }),
  tagged: createGuard({ rules: [accepts([TAG])] }),
  held: createGuard({ rules: [accepts([HOLD])] }),
  both: createGuard({ rules: [accepts([TAG, HOLD])] }),
  ...Object.fromEntries(LISTS.map((list) => [list, knowing])),
};

describe.skipIf(reason !== undefined)("the policy protocol behind a real Postfix", () => {
  let server: PolicyServer;
  let postfix: PrivatePostfix;
  let folder: string;
  let events: PolicyEvent[] = [];

  beforeAll(async () => {
    server = createPolicyServer({ contexts: CONTEXTS, onEvent: (event) => events.push(event) });
    const { address } = await server.listen("127.0.0.1:0");
    const asks = (context: string) => `check_policy_service { inet:${address}, policy_context=${context} }`;
    folder = await mkdtemp(join(tmpdir(), "fromguard-sockets-"));
    await chmod(folder, 0o711);
    const smtpds: Record<string, Record<string, string>> = {};
    for (const [name, owner] of [
      ["socketOfPostfix", "postfix"],
      ["socketOfRoot", "root"],
    ] as const) {
      const socket = `unix:${join(folder, owner)}`;
      await server.listen(socket, { access: { mode: 0o600, owner } });
      smtpds[name] = {
        smtpd_sender_restrictions: `check_policy_service { ${socket}, policy_context=inbound }`,
        smtpd_policy_service_retry_delay: "1s",
      };
    }
    for (const context of ["submission", "inbound", "tagged", "held", "both", "misspelt"]) {
      smtpds[context] = { smtpd_sender_restrictions: asks(context) };
    }
    smtpds.taggedLate = { smtpd_end_of_data_restrictions: asks("tagged") };
    smtpds.taggedTwice = { smtpd_sender_restrictions: asks("tagged"), smtpd_data_restrictions: asks("tagged") };
    smtpds.taggedAtMail = { smtpd_delay_reject: "no", ...smtpds.tagged };
    smtpds.taggedAtMailAndRcpt = {
      smtpd_delay_reject: "no",
      ...smtpds.tagged,
      smtpd_recipient_restrictions: asks("tagged"),
    };
    smtpds.everywhere = {
      smtpd_delay_reject: "no",
      ...Object.fromEntries(LISTS.map((list) => [`smtpd_${list}_restrictions`, asks(list)])),
    };
    postfix = await PrivatePostfix.start({
      mainCf: { smtpd_relay_restrictions: "reject_unauth_destination", relay_domains: "partner.test" },
      smtpds,
    });
  });

  afterAll(async () => {
    await postfix?.stop();
    await server?.close({ graceMs: 0 });
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    events = [];
  });

  const send = (smtpd: string, options: { login?: string; mailFrom?: string; recipients?: number } = {}) =>
    submit({
      port: postfix.port(smtpd),
      ...(options.login === undefined ? {} : { xclientLogin: options.login }),
      mailFrom: options.mailFrom ?? "<ann@example.com>",
      recipients: Array.from({ length: options.recipients ?? 1 }, (_, n) => `<r${n}@partner.test>`),
      message: "From: ann@example.com\r\n\r\nHello.\r\n",
    });
  const queuedAs = (text: string) => /queued as (\w+)/.exec(text)?.[1] ?? `not queued: ${text}`;
  const decided = () => events.flatMap((event) => (event.kind === "decided" ? [event] : []));

  test.each([
    ["submission", { login: "ann", mailFrom: "<ann@host>" }, /^250 2\.0\.0 /],
    ["submission", {}, /^530 5\.7\.0 /],
    ["inbound", { mailFrom: "<ann@host>" }, /^504 5\.5\.2 /],
    ["inbound", {}, /^250 2\.0\.0 /],
    ["misspelt", { login: "ann" }, /^45\d 4\.3\.5 .*Server configuration error/],
  ])("policy_context=%s is judged by its own policy: %j", async (context, options, reply) => {
    expect((await send(context, options)).text).toMatch(reply);
    const unknown = events.filter(({ kind }) => kind === "unknown-context");
    expect(unknown).toEqual(context === "misspelt" ? [expect.objectContaining({ context })] : []);
  });

  test.each(["tagged", "taggedTwice"])(
    "%s: of five recipients one is decided, and the field is there once, on top",
    async (smtpd) => {
      const { text } = await send(smtpd, { login: "ann", recipients: 5 });
      const message = await postfix.message(queuedAs(text));
      expect(message.match(/^X-Checked: ann$/gm)).toHaveLength(1);
      expect(message.startsWith("X-Checked: ann\n")).toBe(true);
      expect(decided()).toHaveLength(smtpd === "tagged" ? 1 : 2);
    },
  );

  test.each([
    ["taggedAtMail", 1],
    ["taggedAtMailAndRcpt", 2],
  ])(
    "%s: without an instance at MAIL nobody can tell that the field is made; it is there %i times",
    async (smtpd, times) => {
      const { text } = await send(smtpd, { recipients: 5 });
      expect((await postfix.message(queuedAs(text))).match(/^X-Checked: ann$/gm)).toHaveLength(times);
    },
  );

  test("each of two messages of one connection has its field", async () => {
    const client = await SmtpClient.open(postfix.port("tagged"));
    await client.reply();
    await client.command("EHLO client.example.org");
    for (let message = 0; message < 2; message++) {
      await client.command("MAIL FROM:<ann@example.com>");
      for (let n = 0; n < 3; n++) expect((await client.command(`RCPT TO:<r${n}@partner.test>`)).code).toBe(250);
      await client.command("DATA");
      const { text } = await client.command("From: ann@example.com\r\n\r\nHello.\r\n.");
      expect((await postfix.message(queuedAs(text))).match(/^X-Checked: ann$/gm)).toHaveLength(1);
    }
    client.close();
    expect(decided()).toHaveLength(2);
  });

  test("a quarantine is held", async () => {
    const id = queuedAs((await send("held", { recipients: 2 })).text);
    expect((await postfix.queue()).find(({ queue_id }) => queue_id === id)?.queue_name).toBe("hold");
    expect(await postfix.log()).toMatch(/hold: .*for a look/);
  });

  test.each([
    ["both", "RCPT"],
    ["taggedLate", "END"],
  ])("%s: edits that the protocol cannot make defer, and nothing is queued without them", async (smtpd, stage) => {
    const before = (await postfix.queue()).length;
    expect(await send(smtpd)).toMatchObject({ stage, text: expect.stringMatching(/^45\d 4\.3\.0 /) });
    expect(events.filter(({ kind }) => kind === "edits-unmade")).toHaveLength(1);
    expect(await postfix.queue()).toHaveLength(before);
  });

  test("every protocol state has the facts that it tells", async () => {
    expect((await send("everywhere", { login: "ann" })).text).toMatch(/^250 2\.0\.0 /);
    const client = await SmtpClient.open(postfix.port("everywhere"));
    await client.reply();
    await client.command("EHLO client.example.org");
    await client.command("ETRN partner.test");
    await client.command("VRFY r0@partner.test");
    client.close();
    const always = ["client", "listener", "localUser"];
    const known = new Set(
      decided().map(({ facts }) =>
        [facts.listener, ...Object.keys(facts).filter((fact) => !always.includes(fact))].join(" "),
      ),
    );
    expect([...known].sort()).toEqual([
      "client",
      // XCLIENT with a login
      "client login",
      "data helo login envelopeFrom recipients",
      "end_of_data helo login envelopeFrom recipients",
      "etrn helo login",
      "helo helo",
      "helo helo login",
      "recipient helo login envelopeFrom recipients",
      // VRFY
      "recipient helo login recipients",
      "sender helo login envelopeFrom",
    ]);
  });

  test("a unix socket is open to its owner, and to nobody else", async () => {
    expect((await send("socketOfPostfix", { mailFrom: "<ann@host>" })).text).toMatch(/^504 5\.5\.2 /);
    expect((await send("socketOfPostfix")).text).toMatch(/^250 2\.0\.0 /);
    const asked = decided().length;
    expect((await send("socketOfRoot")).text).toMatch(/^451 4\.3\.5 /);
    expect(decided()).toHaveLength(asked);
  });

  test("Postfix complains of no answer", async () => {
    expect((await postfix.log()).match(/warning: (?:access table|unknown smtpd restriction).*/g) ?? []).toEqual([]);
  });
});
