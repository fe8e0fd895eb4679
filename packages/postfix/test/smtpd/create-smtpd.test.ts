import { describe, expect, it } from "vitest";
import type { Attempt } from "../../src/smtpd/attempt.js";
import { attemptOf, type Lists, smtpdOf } from "./smtpd-of.js";

const { signal } = new AbortController();
const decide = (lists: Lists, differs: Partial<Attempt> = {}) => smtpdOf(lists).decide(attemptOf(differs), { signal });

const OK = "RCPT 250 2.1.5 Ok";
const CONFIG = "RCPT 451 4.3.5 Server configuration error";
const refused = (reply: string, name = "u@a.test", what = "Sender address") =>
  `RCPT ${reply.replace("|", `<${name}>: ${what} rejected:`)}`;

async function told(lists: Lists, differs?: Partial<Attempt>): Promise<string> {
  const { stage, reply } = await decide(lists, differs);
  return `${stage} ${reply}`;
}

describe("a restriction list", () => {
  it.each<[string, Lists, string]>([
    ["permits where nothing is listed", {}, OK],
    [
      "ends at permit, and the next list still runs",
      { sender: "permit, reject", recipient: "reject" },
      refused("554 5.7.1 | Access denied", "r@relay.example", "Recipient address"),
    ],
    [
      "refuses with reject_code",
      { sender: "reject", parameters: { reject_code: "551" } },
      refused("551 5.7.1 | Access denied"),
    ],
    ["defers", { sender: "defer" }, refused("450 4.3.2 | Try again later")],
    ["reads names in any case", { sender: "REJECT" }, refused("554 5.7.1 | Access denied")],
    ["goes on behind warn_if_reject", { sender: "warn_if_reject reject" }, OK],
    [
      "warns of one restriction only",
      { sender: "warn_if_reject reject, reject" },
      refused("554 5.7.1 | Access denied"),
    ],
    ["warns of a whole class", { sender: "warn_if_reject c", classes: { c: "reject, reject" } }, OK],
    ["is not softened where the configuration is broken", { sender: "warn_if_reject nothing_known" }, CONFIG],
    ["defers what it would permit", { sender: "defer_if_permit" }, refused("450 4.7.0 | defer_if_permit requested")],
    [
      "refuses rather than defers if permitted",
      { sender: "defer_if_permit, reject" },
      refused("554 5.7.1 | Access denied"),
    ],
    ["tells defer_if_permit in warn mode at once", { sender: "warn_if_reject defer_if_permit" }, OK],
    [
      "defers what it would refuse",
      { sender: "defer_if_reject, reject" },
      refused("450 4.7.0 | defer_if_reject requested"),
    ],
    [
      "forgets defer_if_reject in the next list",
      { sender: "defer_if_reject", recipient: "reject" },
      refused("554 5.7.1 | Access denied", "r@relay.example", "Recipient address"),
    ],
    [
      "ends where it would neither permit nor refuse",
      { sender: "defer_if_permit, defer_if_reject, reject" },
      refused("450 4.7.0 | defer_if_permit requested"),
    ],
    ["runs a class by its name", { sender: "c", classes: { c: "reject" } }, refused("554 5.7.1 | Access denied")],
    ["knows a class only in its own case", { sender: "C", classes: { c: "reject" } }, CONFIG],
    ["answers for a name that is none", { sender: "nothing_known" }, CONFIG],
    ["does not reach a name behind permit", { sender: "permit, nothing_known" }, OK],
    ["ends a class that calls itself", { sender: "c", classes: { c: "c" } }, CONFIG],
    ["passes sleep over", { sender: "sleep 5, reject" }, refused("554 5.7.1 | Access denied")],
    ["needs a number behind sleep", { sender: "sleep reject" }, CONFIG],
  ])("%s", async (_what, lists, reply) => {
    expect(await told(lists)).toBe(reply);
  });
});

describe("an access map", () => {
  it.each<[string, string, string]>([
    ["OK", "OK", OK],
    ["digits", "1234", OK],
    ["DUNNO", "dunno text", OK],
    ["REJECT", "REJECT", refused("554 5.7.1 | Access denied")],
    ["a text", "REJECT go away", refused("554 5.7.1 | go away")],
    ["a status code of a recipient", "REJECT 5.1.1 who", refused("554 5.1.7 | who")],
    ["a status code of another class", "REJECT 4.7.9 later", refused("554 5.7.9 | later")],
    ["DEFER", "DEFER", refused("450 4.7.1 | Access denied")],
    ["a code and a text", "521 no", refused("521 5.7.1 | no")],
    ["a code alone", "550", OK],
    ["a code of no refusal", "600 huh", CONFIG],
    ["DEFER_IF_PERMIT", "DEFER_IF_PERMIT", refused("450 4.7.1 | Service unavailable")],
    ["restrictions", "warn_if_reject reject_non_fqdn_sender, permit", OK],
    ["a map", "hash:/x", CONFIG],
    ["DISCARD", "DISCARD", OK],
    ["HOLD", "HOLD", OK],
    ["a faulty FILTER", "FILTER nowhere", OK],
  ])("does what %s says", async (_what, value, reply) => {
    expect(await told({ sender: `check_sender_access static:{${value}}` })).toBe(reply);
  });

  it("accepts at once on DISCARD, whatever the lists behind it say", async () => {
    expect(await told({ sender: "check_sender_access static:DISCARD, reject", recipient: "reject" })).toBe(OK);
  });

  it.each<[string, string, Partial<Attempt>, string]>([
    ["a parent domain", "check_sender_access inline:{test=REJECT}", {}, refused("554 5.7.1 | Access denied")],
    ["the user in any domain", "check_sender_access inline:{u@=REJECT}", {}, refused("554 5.7.1 | Access denied")],
    [
      "the address without its extension",
      "check_sender_access inline:{u@a.test=REJECT}",
      { sender: "U+x@A.test" },
      refused("554 5.7.1 | Access denied", "U+x@A.test"),
    ],
    [
      "the null sender",
      "check_sender_access inline:{<>=REJECT}",
      { sender: "" },
      refused("554 5.7.1 | Access denied", ""),
    ],
    [
      "the network of the client",
      "check_client_access inline:{198.51=REJECT}",
      {},
      refused("554 5.7.1 | Access denied", "client.example.org[198.51.100.7]", "Client host"),
    ],
    [
      "the parent of the client's name",
      "check_client_access inline:{example.org=REJECT}",
      {},
      refused("554 5.7.1 | Access denied", "client.example.org[198.51.100.7]", "Client host"),
    ],
    [
      "the HELO",
      "check_helo_access inline:{client.example.org=REJECT}",
      {},
      refused("554 5.7.1 | Access denied", "client.example.org", "Helo command"),
    ],
    [
      "the recipient",
      "check_recipient_access inline:{relay.example=REJECT}",
      {},
      refused("554 5.7.1 | Access denied", "r@relay.example", "Recipient address"),
    ],
    [
      "the login",
      "check_sasl_access inline:{ann=REJECT}",
      { login: "ann" },
      refused("554 5.7.1 | Access denied", "ann", "SASL login name"),
    ],
    ["nobody's login", "check_sasl_access static:REJECT", {}, OK],
    ["the sender where no restriction is named", "inline:{u@a.test=REJECT}", {}, refused("554 5.7.1 | Access denied")],
    ["no table in braces", "check_sender_access { static:OK }", {}, refused("451 4.3.5 | Server configuration error")],
    [
      "nothing where a table fails",
      "check_sender_access fail:x",
      {},
      refused("451 4.3.5 | Server configuration error"),
    ],
    [
      "nothing where the result is empty",
      "check_sender_access inline:{{u@a.test=}}",
      {},
      refused("451 4.3.5 | Server configuration error"),
    ],
    ["nothing without a table", "check_sender_access, reject", {}, CONFIG],
    ["a name that nobody verified, which may not permit", "check_reverse_client_hostname_access static:OK", {}, CONFIG],
  ])("looks up %s", async (_what, sender, differs, reply) => {
    expect(await told({ sender }, differs)).toBe(reply);
  });

  it.each<[string, string, Partial<Attempt>, string]>([
    [
      "the name of a mail server",
      "check_sender_mx_access inline:{bad.test=REJECT}",
      { sender: "u@mx.test" },
      "554 5.7.1 | Access denied",
    ],
    [
      "the address of a mail server",
      "check_sender_mx_access inline:{192.0.2=REJECT}",
      { sender: "u@mx.test" },
      "554 5.7.1 | Access denied",
    ],
    [
      "a domain that is its own mail server",
      "check_sender_mx_access inline:{a.test=REJECT}",
      {},
      "554 5.7.1 | Access denied",
    ],
    [
      "a literal",
      "check_sender_a_access inline:{192.0.2.9=REJECT}",
      { sender: "u@[192.0.2.9]" },
      "554 5.7.1 | Access denied",
    ],
    [
      "an address of the domain",
      "check_sender_a_access inline:{192.0.2.1=REJECT}",
      { sender: "u@host.bad.test" },
      "554 5.7.1 | Access denied",
    ],
  ])("looks up %s of the sender", async (_what, sender, differs, reply) => {
    expect(await told({ sender }, differs)).toBe(refused(reply, differs.sender));
  });

  it("looks no servers up where DNS cannot answer or tells of none, and lets none permit", async () => {
    const sender = "check_sender_mx_access static:REJECT";
    expect(await told({ sender }, { sender: "u@down.test" })).toBe(OK);
    expect(await told({ sender }, { sender: "u@null.test" })).toBe(OK);
    expect(await told({ sender }, { sender: "" })).toBe(OK);
    const pattern = "check_sender_mx_access inline:{-x-.test=REJECT}";
    expect(await told({ sender: pattern }, { sender: "u@malformed.test" })).toBe(OK);
    expect(await told({ sender: "check_sender_mx_access static:OK" })).toBe(CONFIG);
  });

  it("lets no routed recipient pass", async () => {
    const lists = { relay: "check_recipient_access static:OK, reject" };
    expect(await told(lists, { recipient: "a%b@relay.example" })).toMatch(/^RCPT 554 5\.7\.1/);
    expect(await told(lists)).toBe(OK);
  });
});

describe("a session", () => {
  it.each<[string, Lists, Partial<Attempt>, string]>([
    ["refuses the sender at RCPT", { sender: "reject" }, {}, refused("554 5.7.1 | Access denied")],
    [
      "refuses the sender at MAIL without smtpd_delay_reject",
      { sender: "reject", parameters: { smtpd_delay_reject: "no" } },
      {},
      "MAIL 554 5.7.1 <u@a.test>: Sender address rejected: Access denied",
    ],
    [
      "tells a client that was refused at the greeting",
      { client: "reject", parameters: { smtpd_delay_reject: "no" } },
      {},
      "MAIL 503 5.7.0 Error: access denied for client.example.org[198.51.100.7]",
    ],
    [
      "remembers at RCPT what was not clear at MAIL",
      { sender: "reject_unknown_sender_domain", parameters: { smtpd_delay_reject: "no" } },
      { sender: "u@down.test" },
      "RCPT 450 4.1.8 <u@down.test>: Sender address rejected: Domain not found",
    ],
    ["accepts for the bare postmaster", { client: "reject" }, { recipient: "PostMaster" }, OK],
    [
      "accepts for the sender of verification probes",
      { client: "reject", parameters: { address_verify_sender: "double-bounce" } },
      { recipient: "Double-Bounce@example.com" },
      OK,
    ],
    [
      "refuses bad syntax first",
      { client: "reject" },
      { sender: "a@b@c..d" },
      "MAIL 501 5.1.7 Bad sender address syntax",
    ],
    [
      "refuses what was not declared as UTF-8 before any list",
      { client: "reject", parameters: { strict_smtputf8: "yes" } },
      { sender: "\u00fc@a.test" },
      "MAIL 553 5.6.7 Must declare SMTPUTF8 to send unicode address",
    ],
    [
      "refuses what was not declared as UTF-8 behind the lists that are run at MAIL FROM",
      { sender: "reject", parameters: { strict_smtputf8: "yes", smtpd_delay_reject: "no" } },
      { sender: "\u00fc@a.test" },
      "MAIL 554 5.7.1 <\u00fc@a.test>: Sender address rejected: Access denied",
    ],
    [
      "refuses SMTPUTF8 where it is not enabled, of the null sender too",
      { parameters: { smtputf8_enable: "no" } },
      { sender: "", smtputf8: true },
      "MAIL 555 5.5.4 Unsupported option: SMTPUTF8",
    ],
    [
      "softens every refusal with soft_bounce",
      { parameters: { soft_bounce: "yes" } },
      { sender: "a@b@c..d" },
      "MAIL 401 4.1.7 Bad sender address syntax",
    ],
    ["answers MAIL where no recipient is given", {}, {}, OK],
    [
      "runs the recipient list first where told so",
      { relay: "reject", recipient: "defer", parameters: { smtpd_relay_before_recipient_restrictions: "no" } },
      {},
      refused("450 4.3.2 | Try again later", "r@relay.example", "Recipient address"),
    ],
  ])("%s", async (_what, lists, differs, reply) => {
    expect(await told(lists, differs)).toBe(reply);
  });

  it("decides MAIL alone where no recipient is given", async () => {
    const { recipient: _recipient, ...mail } = attemptOf();
    const smtpd = smtpdOf({ sender: "reject_non_fqdn_sender" });
    expect(await smtpd.decide(mail, { signal })).toMatchObject({ stage: "MAIL", reply: "250 2.1.0 Ok" });
    expect(await smtpd.decide({ ...mail, sender: "u@host" }, { signal })).toMatchObject({ reply: /^504/ });
  });

  it("answers at once where everything is in memory", () => {
    expect(decide({ sender: "check_sender_access static:DUNNO", relay: "reject" })).not.toBeInstanceOf(Promise);
  });

  it("tells each restriction that it evaluated, and the line that decided", async () => {
    const { trace, log } = await decide({
      sender: "warn_if_reject reject, c",
      classes: { c: "check_sender_access inline:{u@a.test=REJECT}, reject" },
    });
    expect(trace).toMatchObject([
      { list: "smtpd_sender_restrictions", restriction: "reject", result: "warning" },
      { list: "smtpd_sender_restrictions", restriction: "c", result: "reject" },
      {
        list: "c",
        restriction: "check_sender_access inline:{u@a.test=REJECT}",
        result: "reject",
        evidence: { key: "u@a.test", result: "REJECT" },
      },
    ]);
    expect(log[0]).toBe(
      "NOQUEUE: reject_warning: RCPT from client.example.org[198.51.100.7]: 554 5.7.1 <u@a.test>: Sender address rejected: " +
        "Access denied; from=<u@a.test> to=<r@relay.example> proto=ESMTP helo=<client.example.org>",
    );
  });
});

describe("a policy service", () => {
  const answering = (action: string) => async () => ({ ok: true, attributes: [["action", action]] }) as const;
  const policy = "check_policy_service inet:127.0.0.1:1";

  it("does what the server says", async () => {
    expect(await told({ sender: policy, askPolicy: answering("reject 5.7.1 no") })).toBe(refused("554 5.7.1 | no"));
  });

  it("takes the default action where the server fails as often as it may be tried", async () => {
    let asked = 0;
    const askPolicy = async () => {
      asked += 1;
      return { ok: false, cause: "down" } as const;
    };
    expect(await told({ sender: policy, askPolicy })).toBe(refused("451 4.3.5 | Server configuration problem"));
    expect(asked).toBe(2);
    expect(
      await told({
        sender: "check_policy_service { inet:127.0.0.1:1, try_limit=1, { default_action = 450 4.7.1 soon } }",
        askPolicy,
      }),
    ).toBe(refused("450 4.7.1 | soon"));
    expect(asked).toBe(3);
  });

  it("takes a transport that throws for a failure", async () => {
    const askPolicy = () => Promise.reject(new Error("broken"));
    expect(await told({ sender: policy, askPolicy })).toBe(refused("451 4.3.5 | Server configuration problem"));
  });

  it("ends where default actions ask in circles", async () => {
    const service = "check_policy_service { inet:127.0.0.1:1, default_action=c }";
    expect(await told({ sender: "c", classes: { c: service } })).toBe(
      refused("451 4.3.5 | Server configuration problem"),
    );
  });

  it("tells the server what it knows, in the order of Postfix", async () => {
    const { policyRequest } = await decide(
      { sender: policy, askPolicy: answering("dunno") },
      { login: "ann", saslMethod: "PLAIN" },
    );
    expect(policyRequest?.slice(0, 5)).toEqual([
      ["request", "smtpd_access_policy"],
      ["protocol_state", "RCPT"],
      ["protocol_name", "ESMTP"],
      ["client_address", "198.51.100.7"],
      ["client_name", "client.example.org"],
    ]);
    expect(policyRequest).toContainEqual(["sasl_username", "ann"]);
    expect(policyRequest?.at(-1)).toEqual(["policy_context", ""]);
  });

  it.each(["{ inet:127.0.0.1:1, nothing=1 }", "{ inet:127.0.0.1:1, timeout=soon }", "{ inet:127.0.0.1:1"])(
    "does not start with %s",
    (service) => {
      const lists = { sender: `check_policy_service ${service}` };
      expect(() => smtpdOf(lists)).toThrow(/check_policy_service/);
    },
  );
});

describe("without word of TLS, a session is under it where smtpd takes no other", () => {
  const PLAIN = "RCPT 450 4.7.1 Session encryption is required";
  it.each<[Readonly<Record<string, string>>, Partial<Attempt>, string]>([
    [{}, {}, PLAIN],
    [{}, { encrypted: true }, OK],
    [{ smtpd_tls_wrappermode: "yes" }, {}, OK],
    [{ smtpd_tls_security_level: "Encrypt" }, {}, OK],
    [{ smtpd_tls_security_level: "may" }, {}, PLAIN],
    [{ smtpd_tls_auth_only: "yes" }, { login: null }, PLAIN],
    [{ smtpd_tls_auth_only: "yes" }, { login: "bob" }, OK],
    [{ smtpd_tls_wrappermode: "yes" }, { encrypted: false }, PLAIN],
  ])("%j %j", async (parameters, differs, due) => {
    expect(await told({ client: "reject_plaintext_session", parameters }, differs)).toBe(due);
  });
});
