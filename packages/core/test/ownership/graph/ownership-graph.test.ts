import { describe, expect, it } from "vitest";
import {
  type Address,
  type Answer,
  addressFromInternal,
  type Delivery,
  type DomainRule,
  type Grant,
  type Grants,
  type Membership,
  type OwnershipGraph,
  ownershipGraph,
  type Statement,
  type Target,
} from "../../../src/index.js";

const NOON = 1_000_000;

const graphOf = (grants: Grants): OwnershipGraph => ownershipGraph(grants, { name: "grants", now: () => NOON });

const targetOf = (text: string): Target => {
  if (text.startsWith("*@")) return { kind: "catch-all", domain: text.slice(2) };
  if (text.startsWith("@*.")) return { kind: "subdomains", domain: text.slice(3) };
  if (text.startsWith("@")) return { kind: "domain", domain: text.slice(1) };
  return { kind: "address", address: addressFromInternal(text) };
};

const granteeOf = (text: string): Grant["grantee"] =>
  text.startsWith("group:") ? { kind: "group", group: text.slice(6) } : { kind: "login", login: text };

const grant = (who: string, target: string, more: Statement & { right?: Grant["right"] } = {}): Grant => ({
  grantee: granteeOf(who),
  right: "send-as",
  target: targetOf(target),
  ...more,
});

const member = (who: string, group: string, more: Statement = {}): Membership => ({
  member: granteeOf(who),
  group,
  ...more,
});

const delivery = (target: string, to: string, maySend = true, more: Statement = {}): Delivery => ({
  target: targetOf(target) as Delivery["target"],
  to: to.includes("@") ? { kind: "address", address: addressFromInternal(to) } : { kind: "login", login: to },
  maySend,
  ...more,
});

const ask = (graph: OwnershipGraph, login: string, address: string | Address): Answer => {
  const asked = typeof address === "string" ? addressFromInternal(address) : address;
  return graph.ask(login, [{ address: asked, role: "author" }])[0] as Answer;
};

const told = (answer: Answer): string =>
  answer.kind === "yes" && answer.requires !== undefined ? `yes, ${answer.requires}` : answer.kind;

const OFFICE: Grants = {
  domains: [
    { domain: "example.com", subaddress: "+" },
    { domain: "example.net", aliasOf: "example.com" },
    { domain: "strict.test", localPartCase: "exact" },
    { domain: "folded.test", localPartCase: "fold", ignoreDots: true },
  ],
  memberships: [
    member("alice", "sales"),
    member("group:interns", "sales"),
    member("ivan", "interns"),
    member("olga", "old", { expires: NOON }),
    member("group:loop-b", "loop-a"),
    member("group:loop-a", "loop-b"),
    member("lena", "loop-a"),
  ],
  deliveries: [
    delivery("alice@example.com", "alice"),
    delivery("info@example.com", "alice@example.com"),
    delivery("deep@example.com", "info+x@example.com"),
    delivery("quiet@example.com", "bob", false),
    delivery("muted@example.com", "info@example.com", false),
    delivery("outside@example.com", "someone@elsewhere.test"),
    delivery("ring-a@example.com", "ring-b@example.com"),
    delivery("ring-b@example.com", "ring-a@example.com"),
    delivery("named@catch.test", "bob"),
  ],
  grants: [
    grant("group:sales", "sales@example.com"),
    grant("group:loop-b", "loop@example.com"),
    grant("group:old", "old@example.com"),
    grant("eve", "director@example.com", { right: "send-on-behalf" }),
    grant("expired", "alice@example.com", { expires: NOON }),
    grant("not-yet", "alice@example.com", { expires: NOON + 1 }),
    grant("crm", "@shop.test"),
    grant("crm", "@*.shop.test"),
    grant("owner", "*@catch.test"),
    grant("admin", "@*.scoped.test", { scope: ["a.scoped.test", "*.b.scoped.test"] }),
    grant("bob", "Bob@strict.test"),
    grant("bob", "bob.b@folded.test"),
    grant("bob", "bob@bücher.example"),
    grant("bob", "bob@straße.test"),
    grant("both", "bob@straße.test"),
    grant("both", "bob@strasse.test"),
    grant("lit", "x@[192.0.2.7]"),
  ],
};

describe("ownershipGraph", () => {
  const office = graphOf(OFFICE);

  it.each([
    ["an own mailbox", "alice", "alice@example.com", "yes"],
    ["the login's case", "ALICE", "alice@example.com", "yes"],
    ["the case of the address", "alice", "Alice@EXAMPLE.com", "yes"],
    ["another's mailbox", "bob", "alice@example.com", "no-others-own-it"],
    ["nobody's address", "alice", "nobody@example.com", "no-nobody-owns-it"],
    ["nobody's domain", "alice", "alice@unknown.test", "no-nobody-owns-it"],
    ["a login that no statement names", "stranger", "alice@example.com", "no-others-own-it"],
    ["an empty login", "", "alice@example.com", "no-others-own-it"],
    ["no domain", "alice", "alice", "no-nobody-owns-it"],
    ["an invalid domain", "alice", "alice@-.test", "no-nobody-owns-it"],
    ["a group's address", "alice", "sales@example.com", "yes"],
    ["a group in a group", "ivan", "sales@example.com", "yes"],
    ["a group's name is no login", "sales", "sales@example.com", "no-others-own-it"],
    ["groups in a cycle", "lena", "loop@example.com", "yes"],
    ["an expired membership", "olga", "old@example.com", "no-others-own-it"],
    ["on behalf", "eve", "director@example.com", "yes, sender-field"],
    ["an expired grant", "expired", "alice@example.com", "no-others-own-it"],
    ["a grant that expires a millisecond later", "not-yet", "alice@example.com", "yes"],
    ["an alias address", "alice", "info@example.com", "yes"],
    ["an alias of a subaddress of an alias", "alice", "deep@example.com", "yes"],
    ["a mailbox that may only receive", "bob", "quiet@example.com", "no-others-own-it"],
    ["an alias whose receivers may not send", "alice", "muted@example.com", "no-others-own-it"],
    ["an alias to the outside", "alice", "outside@example.com", "no-others-own-it"],
    ["aliases in a cycle", "alice", "ring-a@example.com", "no-others-own-it"],
    ["an alias domain", "alice", "alice@example.net", "yes"],
    ["a subaddress at an alias domain", "alice", "alice+x@example.net", "yes"],
    ["a subaddress", "alice", "alice+x@example.com", "yes"],
    ["another's subaddress", "bob", "alice+x@example.com", "no-others-own-it"],
    ["a subaddress where there are none", "bob", "Bob+x@strict.test", "no-nobody-owns-it"],
    ["a domain", "crm", "anything@shop.test", "yes"],
    ["a subdomain", "crm", "anything@a.b.shop.test", "yes"],
    ["not a longer domain", "crm", "x@myshop.test", "no-nobody-owns-it"],
    ["a catch-all", "owner", "anything@catch.test", "yes"],
    ["not what is delivered otherwise", "owner", "named@catch.test", "no-others-own-it"],
    ["a scope's domain", "admin", "x@a.scoped.test", "yes"],
    ["below a scope's domain", "admin", "x@x.a.scoped.test", "no-nobody-owns-it"],
    ["a scope's tree", "admin", "x@b.scoped.test", "yes"],
    ["below a scope's tree", "admin", "x@y.b.scoped.test", "yes"],
    ["outside of a scope", "admin", "x@c.scoped.test", "no-nobody-owns-it"],
    ["exact case", "bob", "Bob@strict.test", "yes"],
    ["other case where it is exact", "bob", "bob@strict.test", "no-nobody-owns-it"],
    ["dots that do not count", "bob", "B.O.B.B@folded.test", "yes"],
    ["an A-label", "bob", "bob@xn--bcher-kva.example", "yes"],
    ["a domain that is another when folded", "bob", "bob@straße.test", "no-others-own-it"],
    ["both forms of such a domain", "both", "bob@straße.test", "yes"],
    ["the one form by its A-label", "bob", "bob@xn--strae-oqa.test", "yes"],
    ["a literal", "lit", "x@[192.0.2.7]", "yes"],
  ])("%s", (_, login, address, expected) => {
    expect(told(ask(office, login, address))).toBe(expected);
  });

  it("follows a long list of receivers, asked once or more often, until they expire", () => {
    const numbers = Array.from({ length: 100 }, (_, i) => i);
    let now = NOON;
    const graph = ownershipGraph(
      {
        deliveries: [
          ...numbers.map((i) =>
            delivery(`user${i}@example.com`, `user${i}`, true, i === 99 ? { expires: NOON + 1 } : {}),
          ),
          ...numbers.map((i) => delivery("all@example.com", `user${i}@example.com`)),
          delivery("everybody@example.com", "all@example.com"),
          delivery("everybody@example.com", "all@example.com", true, { scope: ["example.com"] }),
        ],
      },
      { name: "grants", now: () => now },
    );
    for (const address of ["all@example.com", "everybody@example.com", "all@example.com"]) {
      for (const login of ["user0", "user50", "user99"]) expect(told(ask(graph, login, address))).toBe("yes");
      expect(told(ask(graph, "other", address))).toBe("no-others-own-it");
    }
    expect(ask(graph, "user7", "everybody@example.com").evidence().path).toEqual([
      "user7@example.com is delivered to user7, and who receives it may send as it",
      "all@example.com is delivered to user7@example.com, and who receives it may send as it",
      "everybody@example.com is delivered to all@example.com, and who receives it may send as it",
    ]);
    now++;
    expect(told(ask(graph, "user99", "all@example.com"))).toBe("no-others-own-it");
    expect(told(ask(graph, "user98", "all@example.com"))).toBe("yes");
  });

  it("is not led back to what has expired by evidence that is read late", () => {
    let now = NOON;
    const graph = ownershipGraph(
      {
        domains: [{ domain: "example.net", aliasOf: "example.com", expires: NOON + 1 }],
        grants: [grant("alice", "alice@example.com")],
      },
      { name: "grants", now: () => now },
    );
    const no = ask(graph, "bob", "alice@example.net");
    expect(told(ask(graph, "alice", "alice@example.net"))).toBe("yes");
    now++;
    expect(no.evidence().remedy).toBe("- { login: bob, send-as: alice@example.net }");
    expect(told(ask(graph, "alice", "alice@example.net"))).toBe("no-nobody-owns-it");
  });

  it("finds one of many to whom an address is granted", () => {
    const many = Array.from({ length: 50 }, (_, i) => grant(i % 2 === 0 ? `user${i}` : `group:g${i}`, "x@example.com"));
    const behalf = grant("user0", "y@example.com", { right: "send-on-behalf" });
    const graph = graphOf({
      grants: [...many, behalf, ...many.map((each) => ({ ...each, target: targetOf("y@example.com") }))],
      memberships: [member("ann", "g49")],
    });
    const tries = ["user0", "user48", "ann", "user49"].flatMap((login) =>
      ["x@example.com", "y@example.com"].map((address) => told(ask(graph, login, address))),
    );
    expect(tries).toEqual(["yes", "yes", "yes", "yes", "yes", "yes", "no-others-own-it", "no-others-own-it"]);
  });

  it("tells a yes by its path", () => {
    const origin = { source: "grants:g.yaml", file: "g.yaml", line: 7, column: 3 };
    const graph = graphOf({
      domains: [{ domain: "example.net", aliasOf: "example.com", origin: { source: "x" } }],
      memberships: [member("bob", "sales", { origin })],
      grants: [grant("group:sales", "info@example.com", { origin: { ...origin, line: 9 }, reason: "desk" })],
    });
    expect(ask(graph, "bob", "info@example.net").evidence()).toEqual({
      login: "bob",
      address: "info@example.net",
      source: "grants:g.yaml",
      file: "g.yaml",
      line: 9,
      key: "info@example.com",
      path: [
        "bob is in group sales (g.yaml:7)",
        "group sales may send as info@example.com (g.yaml:9; desk)",
        "example.net is an alias of example.com (x)",
      ],
    });
  });

  it("tells a no by the line that would allow it", () => {
    expect(ask(office, "bob", "alice@example.com").evidence()).toMatchObject({
      remedy: "- { login: bob, send-as: alice@example.com }",
    });
    expect(ask(office, "no", "a b@example.com").evidence()).toMatchObject({
      remedy: '- { login: "no", send-as: "\\"a b\\"@example.com" }',
    });
  });

  it("offers the grant before groups, and counts what else they let in", () => {
    expect(office.remedies("bob", addressFromInternal("sales@example.com"))).toEqual([
      {
        kind: "grant",
        line: "- { login: bob, send-as: sales@example.com }",
        others: { logins: 0, addresses: 0, patterns: [] },
      },
      {
        kind: "membership",
        line: "sales: [bob]",
        others: { logins: 0, addresses: 1, patterns: ["sales+*@example.com", "sales+*@example.net"] },
      },
    ]);
  });

  it("counts what a proposal lets in", () => {
    expect(office.reach(member("group:interns", "loop-a"))).toEqual({
      logins: 1,
      addresses: 2,
      patterns: ["loop+*@example.com", "loop+*@example.net"],
    });
    expect(office.reach(grant("group:sales", "info@example.com"))).toEqual({ logins: 1, addresses: 1, patterns: [] });
    expect(office.reach(grant("group:sales", "@catch.test"))).toEqual({
      logins: 2,
      addresses: 1,
      patterns: ["@catch.test"],
    });
  });

  it("lists owners and addresses", () => {
    const lines = (holdings: ReturnType<OwnershipGraph["owners"]>["holdings"]) =>
      holdings.map(({ login, address, right }) => `${login} ${right} ${address}`);
    expect(lines(office.owners(addressFromInternal("sales@example.net")).holdings)).toEqual([
      "alice send-as sales@example.com",
      "ivan send-as sales@example.com",
    ]);
    expect(lines(office.addresses("crm").holdings)).toEqual(["crm send-as @*.shop.test", "crm send-as @shop.test"]);
    expect(lines(office.addresses("ivan").holdings)).toEqual([
      "ivan send-as sales+*@example.com",
      "ivan send-as sales+*@example.net",
      "ivan send-as sales@example.com",
      "ivan send-as sales@example.net",
    ]);
    expect(lines(office.addresses("admin").holdings)).toEqual([
      "admin send-as @*.b.scoped.test",
      "admin send-as @a.scoped.test",
      "admin send-as @b.scoped.test",
    ]);
    expect(lines(office.owners(addressFromInternal("bob@straße.test")).holdings)).toEqual([
      "both send-as bob@xn--strae-oqa.test",
    ]);
  });
});

describe("statements that are none", () => {
  const origin = { source: "grants:g.yaml", file: "g.yaml", line: 3, column: 5 };
  const bad = (rule: Partial<DomainRule>): Grants => ({ domains: [{ domain: "example.com", origin, ...rule }] });
  const ones: readonly (readonly [string, Grants, string])[] = [
    ["an empty login", { grants: [grant("", "a@example.com", { origin })] }, "a login is empty: nobody could use it"],
    ["no local part", { grants: [grant("a", "*@-bad-", { origin })] }, '"-bad-" is no domain'],
    ["capitals in a domain", bad({ domain: "Example.com" }), '"Example.com" must be written example.com'],
    ["an invalid alias", bad({ aliasOf: "a..b" }), '"a..b" is no domain'],
    ["an at sign as delimiter", bad({ subaddress: "@" }), '"@" cannot start a subaddress'],
    ["a scope that is none", bad({ scope: ["*"] }), 'in the scope, "*" is no domain'],
    ["a time that is none", bad({ expires: Number.NaN }), "the time of expiry is none"],
  ];

  it.each(ones)("%s", (_, grants, what) => {
    expect(() => graphOf(grants)).toThrowError(
      expect.objectContaining({ code: "FG_POLICY_INVALID", message: `g.yaml:3:5: ${what}` }),
    );
  });

  it("tells the limits on statements and on nesting", () => {
    const options = { name: "grants", maxStatements: 1, maxNesting: 2 };
    const many = { grants: [grant("a", "a@example.com"), grant("b", "b@example.com")] };
    expect(() => ownershipGraph(many, options)).toThrowError("grants[1]: more than 1 statements (maxStatements)");
    const deep = (length: number): Grants => ({
      memberships: Array.from({ length }, (_, i) => member(`group:g${i}`, `g${i + 1}`)),
    });
    expect(() => ownershipGraph(deep(33), { name: "grants" })).toThrowError("nested deeper than 32 (maxNesting)");
    expect(() => ownershipGraph(deep(30), { name: "grants" })).not.toThrow();
  });
});
