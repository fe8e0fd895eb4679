import { describe, expect, it } from "vitest";
import { clientIn, createGuard, facts, hasLogin, isLocal, requireLogin, unless } from "../../src/index.js";

describe("clientIn", () => {
  const inside = (networks: readonly string[], client: string | null) =>
    clientIn(networks).test({ client: client === null ? null : { address: client } });

  it.each<[readonly string[], string | null, boolean]>([
    [["10.0.0.0/8"], "10.1.2.3", true],
    [["10.0.0.0/8"], "11.0.0.1", false],
    [["192.0.2.128/25"], "192.0.2.128", true],
    [["192.0.2.128/25"], "192.0.2.127", false],
    [["192.0.2.1"], "192.0.2.1", true],
    [["192.0.2.1"], "192.0.2.2", false],
    [["0.0.0.0/0"], "203.0.113.9", true],
    [["0.0.0.0/0"], "2001:db8::1", false],
    [["::/0"], "2001:db8::1", true],
    [["::/0"], "192.0.2.1", false],
    [["::1"], "::1", true],
    [["::1"], "0:0:0:0:0:0:0:1", true],
    [["2001:db8::/33"], "2001:db8:7fff::1", true],
    [["2001:db8::/33"], "2001:db8:8000::1", false],
    [["10.0.0.0/8"], "::ffff:10.1.2.3", true],
    [["::ffff:10.0.0.0/104"], "10.1.2.3", true],
    [["10.0.0.0/8", "::1"], "::1", true],
    [[], "127.0.0.1", false],
    [["127.0.0.0/8"], null, false],
    [["127.0.0.0/8"], "unknown", false],
    [["127.0.0.0/8"], "", false],
  ])("%j holds %j: %s", (networks, client, expected) => {
    expect(inside(networks, client)).toBe(expected);
  });

  it.each([
    ["10.0.0.0/33", "is no network"],
    ["x/10.0.0.0/8", "is no network"],
    ["10.0.0.0/", "is no network"],
    ["10.0.0.0/-1", "is no network"],
    ["10.0.0.0/08", "is no network"],
    ["10.0.0/8", "is no network"],
    ["::ffff:10.0.0.0/95", "is no network"],
    ["::1/129", "is no network"],
    ["localhost", "is no network"],
    ["", "is no network"],
    ["10.0.0.1/8", "has bits set behind its prefix"],
    ["2001:db8::1/64", "has bits set behind its prefix"],
  ])("refuses %j: it %s", (network, why) => {
    const message = `clientIn: ${JSON.stringify(network)} ${why}`;
    expect(() => clientIn([network])).toThrow(expect.objectContaining({ code: "FG_POLICY_INVALID", message }));
  });
});

describe("identities", () => {
  it.each([
    [{ login: "ann" }, true, false],
    [{ localUser: "root" }, false, true],
    [{}, false, false],
  ])("%j: login %s, local %s", (input, login, local) => {
    const given = facts(input) as never;
    expect([hasLogin.test(given), isLocal.test(given)]).toEqual([login, local]);
  });

  it.each([
    [hasLogin, "has-login", ["login"]],
    [isLocal, "is-local", ["localUser"]],
    [clientIn([]), "client-in", ["client"]],
  ])("have their names and ask for their facts: %#", (identity, name, needs) => {
    expect([identity.name, identity.needs]).toEqual([name, needs]);
  });

  it("exempt trusted networks only where the policy says so", () => {
    const trusting = createGuard({ rules: [unless(clientIn(["127.0.0.0/8"]), requireLogin())] });
    expect(trusting.decide(facts({ client: "127.0.0.1" }))).toMatchObject({
      action: "accept",
      code: "nothing-applied",
    });
    expect(trusting.decide(facts({ client: "192.0.2.1" }))).toMatchObject({ action: "reject", code: "login-required" });
  });
});
