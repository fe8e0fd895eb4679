import type { Facts } from "@fromguard/core";
import { factsOf, PolicyRequest } from "@fromguard/policy";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** The attributes of SMTPD_POLICY_README up to Postfix 3.12: the first version with each, a value, and the fact that it changes. */
const ATTRIBUTES: readonly (readonly [since: string, name: string, value: string, fact: keyof Facts | undefined])[] = [
  ["2.1", "request", "smtpd_access_policy", undefined],
  ["2.1", "protocol_state", "RCPT", undefined],
  ["2.1", "protocol_name", "ESMTP", undefined],
  ["2.1", "helo_name", "some.domain.tld", "helo"],
  ["2.1", "queue_id", "8045F2AB23", undefined],
  ["2.1", "sender", "foo@bar.tld", "envelopeFrom"],
  ["2.1", "recipient", "bar@foo.tld", "recipients"],
  ["2.1", "recipient_count", "0", undefined],
  ["2.1", "client_address", "1.2.3.4", "client"],
  ["2.1", "client_name", "another.domain.tld", "client"],
  ["2.1", "reverse_client_name", "another.domain.tld", undefined],
  ["2.1", "instance", "123.456.7", undefined],
  ["2.2", "sasl_method", "plain", undefined],
  ["2.2", "sasl_username", "you", "login"],
  ["2.2", "sasl_sender", "other@bar.tld", undefined],
  ["2.2", "size", "12345", undefined],
  ["2.2", "ccert_subject", "solaris9.porcupine.org", undefined],
  ["2.2", "ccert_issuer", "Wietse+20Venema", undefined],
  ["2.2", "ccert_fingerprint", "C2:9D:F4:87:71:73:73:D9:18:E7:C2:F3:C1:DA:6E:04", undefined],
  ["2.3", "encryption_protocol", "TLSv1/SSLv3", undefined],
  ["2.3", "encryption_cipher", "DHE-RSA-AES256-SHA", undefined],
  ["2.3", "encryption_keysize", "256", undefined],
  ["2.3", "etrn_domain", "", undefined],
  ["2.5", "stress", "", undefined],
  ["2.9", "ccert_pubkey_fingerprint", "68:B3:29:DA:98:93:E3:40:99:C7:D8:AD:5C:B9:C9:40", undefined],
  ["3.0", "client_port", "1234", undefined],
  ["3.1", "policy_context", "submission", "listener"],
  ["3.2", "server_address", "10.3.2.1", undefined],
  ["3.2", "server_port", "54321", undefined],
  ["3.8", "compatibility_level", "3.6", undefined],
  ["3.8", "mail_version", "3.12.0", undefined],
  ["3.12", "tls_sni", "mail.bar.tld", undefined],
  ["of the future", "no_such_attribute", "x", undefined],
];

type Attribute = readonly [name: string, value: string];

const SENT: readonly Attribute[] = ATTRIBUTES.map(([, name, value]) => [name, value]);

const factsFrom = (attributes: readonly Attribute[]) =>
  factsOf(new PolicyRequest(attributes.map(([name, value]) => `${name}=${value}\n`).join(""), true), "policy").facts;

const FACTS = factsFrom(SENT);

describe("the attributes of Postfix 2.1 to 3.12", () => {
  test("come to these facts", () => {
    expect(FACTS).toEqual({
      login: "you",
      localUser: null,
      client: { address: "1.2.3.4", name: "another.domain.tld" },
      helo: "some.domain.tld",
      listener: "submission",
      envelopeFrom: expect.objectContaining({ kind: "mailbox", text: "foo@bar.tld" }),
      recipients: [expect.objectContaining({ kind: "mailbox", text: "bar@foo.tld" })],
    });
  });

  test("in any order are the same facts", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...SENT], { minLength: SENT.length }), (attributes) => {
        expect(factsFrom(attributes)).toEqual(FACTS);
      }),
    );
  });

  test.each(ATTRIBUTES)("%s: without %s no other fact changes", (_since, name, _value, fact) => {
    const without = factsFrom(SENT.filter(([other]) => other !== name));
    const changed = Object.keys(FACTS).filter((key) => {
      const one = JSON.stringify(FACTS[key as keyof Facts]);
      return one !== JSON.stringify(without[key as keyof Facts]);
    });
    expect(changed).toEqual(fact === undefined ? [] : [fact]);
  });

  test.each(ATTRIBUTES)("%s: without the line of %s all others are the same", (_since, name) => {
    const request = new PolicyRequest(SENT.map(([other, value]) => `${other}=${value}\n`).join(""), true);
    const rest = SENT.filter(([other]) => other !== name).map(([other, value]) => `${other}=${value}\n`);
    expect(request.without([name])).toBe(rest.join(""));
  });

  test("the lines of several attributes are left out, wherever they stand", () => {
    const text = "sender=a\nrecipient=b\nrecipient_count=0\nqueue_id=\nhelo_name=recipient=c\n";
    expect(new PolicyRequest(text, true).without(["queue_id", "recipient", "sender", "absent"])).toBe(
      "recipient_count=0\nhelo_name=recipient=c\n",
    );
    expect(new PolicyRequest(text, true).without([])).not.toBe(new PolicyRequest(text, false).without([]));
  });
});
