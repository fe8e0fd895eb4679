import { facts, type Guard, readHeaderBytes } from "@fromguard/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { buildPolicy } from "../../src/config/policy.js";
import { type NameServer, startNameServer } from "../../src/demo/name-server.js";

const EXISTS = { mx: "mx.else.test" };

describe("the preset inbound-own-domains", () => {
  let dns: NameServer;
  let guard: Guard;
  let warnings: readonly string[];
  beforeAll(async () => {
    dns = await startNameServer({ "one.test": EXISTS, "two.test": EXISTS, "else.test": EXISTS });
    const yaml = `preset: { inbound-own-domains: { our-domains: [one.test, two.test] } }
ownership:
  - login-map: inline:{ann@one.test=ann, ann@two.test=ann, bob@two.test=bob}
listeners: [{ milter: 127.0.0.1:0, refused-local-mail: quarantine }]
dns: { servers: ["${dns.address}"] }
`;
    ({ guard, warnings } = await buildPolicy(parseConfig(yaml, "f.yaml")));
  });
  afterAll(() => dns.close());

  const codeOf = async (login: string | null, envelopeFrom: string, from: string) => {
    const headers = readHeaderBytes(new TextEncoder().encode(`From: ${from}\r\n\r\n`));
    const { action, code } = await guard.check(facts({ login, localUser: null, envelopeFrom, headers }));
    return action === "accept" ? action : code;
  };

  it.each([
    ["ann@one.test", "ann@one.test", "accept"],
    ["ann@one.test", "ann@two.test", "accept"],
    ["ann@two.test", "ann@one.test, ann@two.test", "accept"],
    ["ann@one.test", "bob@two.test", "from-not-owned"],
    ["ann@one.test", "nobody@one.test", "from-not-owned"],
    ["bob@two.test", "ann@two.test", "envelope-not-owned"],
    ["eve@else.test", "eve@else.test", "envelope-not-owned"],
    ["ann@one.test", "eve@else.test", "from-not-owned"],
  ])("a login that owns addresses in two domains: envelope %s, From %s: %s", async (envelope, from, expected) => {
    expect(await codeOf("ann", envelope, from)).toBe(expected);
  });

  it.each([
    ["eve@else.test", "eve@else.test", "accept"],
    ["bounces@else.test", "eve@list.test", "accept"],
    ["", "daemon@else.test", "accept"],
    ["ann@one.test", "ann@one.test", "owned-address-needs-login"],
    ["ann@one.test", "eve@else.test", "owned-address-needs-login"],
    ["eve@else.test", "ann@one.test", "owned-address-needs-login"],
    ["eve@else.test", "nobody@two.test", "owned-address-needs-login"],
    ["eve@else.test", "eve@else.test, bob@two.test", "owned-address-needs-login"],
    ["eve@else.test", '"eve" <bob@TWO.test>', "owned-address-needs-login"],
    ["", "ann@two.test", "owned-address-needs-login"],
    ["eve@nowhere.test", "eve@nowhere.test", "sender-domain-unknown"],
  ])("a client without a login: envelope <%s>, From %s: %s", async (envelope, from, expected) => {
    expect(await codeOf(null, envelope, from)).toBe(expected);
  });

  it("leaves nothing open that is told at start but local mail", () => {
    expect(warnings).toEqual([expect.stringMatching(/^mail that users of this machine hand to sendmail/)]);
  });
});
