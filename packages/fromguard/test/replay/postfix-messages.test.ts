import { describe, expect, it } from "vitest";
import { readLogLine } from "../../src/replay/log-entry.js";
import type { LoggedMessage } from "../../src/replay/logged-message.js";
import { PostfixMessages } from "../../src/replay/postfix-messages.js";

/** The messages that these lines tell of: `PROGRAM: TEXT`. */
async function messagesOf(lines: readonly string[], { needsRecipients = false } = {}) {
  const told: LoggedMessage[] = [];
  const messages = new PostfixMessages(
    (message) => {
      told.push(message);
      return undefined;
    },
    { needsRecipients },
  );
  for (const [index, line] of lines.entries()) {
    const [program = "", ...rest] = line.split(": ");
    const octets = Buffer.from(`Nov  3 04:05:06 mx postfix/${program}[1]: ${rest.join(": ")}`).toString("latin1");
    const text = readLogLine(octets);
    if (text !== undefined) await messages.add({ file: "log", line: index + 1, ...text });
  }
  await messages.end();
  return {
    notJudged: messages.notJudged,
    messages: told.map(({ line, refused, facts: { login, localUser, client, envelopeFrom, recipients } }) => ({
      line,
      refused,
      login,
      local: localUser !== null,
      client: client === null ? null : `${client?.name ?? ""}[${client?.address}]`,
      sender: envelopeFrom?.text,
      recipients: recipients?.map(({ text }) => text),
    })),
  };
}

const CLIENT = "submission/smtpd: 4F1B2: client=c.test[192.0.2.1], sasl_method=PLAIN, sasl_username=bob";
const SENT = "qmgr: 4F1B2: from=<bob@example.com>, size=400, nrcpt=1 (queue active)";
const BOB = {
  refused: false,
  login: "bob",
  local: false,
  client: "c.test[192.0.2.1]",
  sender: "<bob@example.com>",
  recipients: undefined,
};

describe("the lines that Postfix writes of a message", () => {
  it("become one message, however often it is tried", async () => {
    const { messages, notJudged } = await messagesOf([
      CLIENT,
      "cleanup: 4F1B2: message-id=<1@c>",
      SENT,
      SENT,
      "qmgr: 4F1B2: removed",
    ]);
    expect(messages).toEqual([{ line: 3, ...BOB }]);
    expect(notJudged).toEqual({ withoutClient: 0, filtered: 0, ambiguous: 0, unreadable: 0 });
  });

  it("may use a queue ID again once it is free", async () => {
    const removed = "qmgr: 4F1B2: removed";
    const other = "smtpd: 4F1B2: client=unknown[2001:db8::1]";
    const { messages } = await messagesOf([CLIENT, SENT, removed, other, SENT.replace("bob@", ""), removed]);
    expect(messages.map(({ login, client }) => [login, client])).toEqual([
      ["bob", "c.test[192.0.2.1]"],
      [null, "[2001:db8::1]"],
    ]);
  });

  it.each([
    ["of nobody", "client=c.test[192.0.2.1]", null],
    ["with a port", "client=c.test[192.0.2.1]:2525, sasl_method=LOGIN, sasl_username=bob", "bob"],
    [
      "with a sender in AUTH=",
      "client=c.test[192.0.2.1], sasl_method=PLAIN, sasl_username=bob, sasl_sender=ann@x",
      "bob",
    ],
    [
      "of a login with blanks and commas",
      "client=c.test[192.0.2.1], sasl_method=PLAIN, sasl_username=bob, the builder",
      "bob, the builder",
    ],
    ["of a login beyond ASCII", "client=c.test[192.0.2.1], sasl_method=PLAIN, sasl_username=jürgen", "jürgen"],
    [
      "through a proxy",
      "client=c.test[192.0.2.1], sasl_method=PLAIN, sasl_username=bob, orig_client=d.test[192.0.2.9]",
      "bob",
    ],
  ])("tell the login %s", async (_what, client, login) => {
    const { messages } = await messagesOf([`smtpd: 4F1B2: ${client}`, SENT]);
    expect(messages).toMatchObject([{ login, client: "c.test[192.0.2.1]" }]);
  });

  it.each([
    ["quoted", '"a>, size=1, nrcpt=1"@example.com'],
    ["beyond ASCII", "jürgen@exämple.com"],
    ["the null sender", ""],
  ])("tell a sender that is %s", async (_what, sender) => {
    const { messages } = await messagesOf([CLIENT, SENT.replace("bob@example.com", sender)]);
    expect(messages).toMatchObject([{ sender: `<${sender}>` }]);
  });

  it("tell of who submits on this machine", async () => {
    const { messages } = await messagesOf(["pickup: 4F1B2: uid=1000 from=<bob>", SENT]);
    expect(messages).toMatchObject([{ local: true, login: null, client: null }]);
  });

  it("are told behind the last recipient where a rule needs them, with those before aliases", async () => {
    const { messages } = await messagesOf(
      [
        CLIENT,
        SENT,
        "smtp: 4F1B2: to=<x@p.test>, relay=p.test[192.0.2.8]:25, delay=1, status=deferred (refused)",
        "smtp: 4F1B2: to=<x@p.test>, relay=p.test[192.0.2.8]:25, delay=2, status=sent (250 ok)",
        "local: 4F1B2: to=<root@mx.test>, orig_to=<postmaster>, relay=local, delay=1, status=sent (delivered)",
        "qmgr: 4F1B2: removed",
      ],
      { needsRecipients: true },
    );
    expect(messages).toEqual([{ line: 2, ...BOB, recipients: ["<x@p.test>", "<postmaster>"] }]);
  });

  it("do not count what Postfix made itself, nor what comes back from a content filter", async () => {
    const again = "smtpd: 5A5A5: client=localhost[127.0.0.1], orig_queue_id=4F1B2, orig_client=c.test[192.0.2.1]";
    const { messages, notJudged } = await messagesOf([
      SENT.replace("4F1B2", "3C3C3"),
      SENT.replace("4F1B2", "3C3C3"),
      again,
      SENT.replace("4F1B2", "5A5A5"),
    ]);
    expect(messages).toEqual([]);
    expect(notJudged).toEqual({ withoutClient: 1, filtered: 1, ambiguous: 0, unreadable: 0 });
  });
});

describe("what Postfix refuses itself", () => {
  const refusal = (facts: string) =>
    `smtpd: NOQUEUE: reject: RCPT from c.test[192.0.2.1]: 553 5.7.1 <ann@x.test>: Sender address rejected: not owned by user bob; ${facts}`;

  it.each([
    [
      "a login",
      "from=<ann@x.test> to=<y@p.test> proto=ESMTP helo=<c> sasl_method=PLAIN sasl_username=bob",
      "bob",
      "<ann@x.test>",
    ],
    ["nobody", "from=<> to=<y@p.test> proto=SMTP", null, "<>"],
    [
      "a login that a client wrote into HELO",
      "from=<ann@x.test> to=<y@p.test> proto=ESMTP helo=<c> sasl_method=PLAIN sasl_username=boss>",
      null,
      "<ann@x.test>",
    ],
  ])("tells %s", async (_what, facts, login, sender) => {
    expect((await messagesOf([refusal(facts)])).messages).toMatchObject([{ refused: true, login, sender }]);
  });

  it("is not read where a client wrote what looks like the rest of the line", async () => {
    const forged = refusal('from=<"> to=<y@p.test> proto=ESMTP helo=<c>"@x.test> to=<y@p.test> proto=ESMTP helo=<c>');
    const twice = refusal(
      "from=<a@x.test> to=<y@p.test> proto=ESMTP helo=<; from=<b@x.test> to=<y@p.test> proto=ESMTP>",
    );
    const { messages, notJudged } = await messagesOf([forged, twice]);
    expect([messages, notJudged.ambiguous]).toEqual([[], 2]);
  });

  it("is told with the login of its client where a milter refuses the message", async () => {
    const milter =
      "cleanup: 4F1B2: milter-reject: END-OF-MESSAGE from c.test[192.0.2.1]: 5.7.1 no; from=<bob@example.com> to=<y@p.test> proto=ESMTP helo=<c>";
    expect((await messagesOf([CLIENT, milter])).messages).toEqual([
      { line: 2, ...BOB, refused: true, recipients: ["<y@p.test>"] },
    ]);
  });
});
