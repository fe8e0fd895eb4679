import { describe, expect, it } from "vitest";
import {
  type Answer,
  cachedOwnership,
  firstMatchOwnership,
  type Grants,
  mayUse,
  type Ownership,
  ownershipGraph,
  parsePath,
  unionOwnership,
  withLoginRule,
} from "../../src/index.js";

const address = (text: string) => {
  const path = parsePath(text);
  if (path.kind !== "mailbox") throw new Error(`${text} is no address`);
  return path.mailbox;
};
const to = (login: string) => ({ kind: "login", login }) as const;
const sends = (login: string, text: string, more: object = {}) =>
  ({ grantee: to(login), right: "send-as", target: { kind: "address", address: address(text) }, ...more }) as const;

let instant = 1000;
const GRANTS: Grants = {
  domains: [
    { domain: "example.com", subaddress: "+" },
    { domain: "exact.test", localPartCase: "exact" },
    { domain: "alias.test", aliasOf: "example.com", expires: 2000 },
  ],
  memberships: [{ member: to("carol"), group: "team", expires: 2000 }],
  grants: [
    sends("alice", "alice@example.com"),
    sends("alice", "Alice@exact.test"),
    sends("alice", "office@example.com", { expires: 2000 }),
    sends("alice", "alice@xn--strae-oqa.test"),
    sends("scoped", "scoped@example.com", { scope: ["*.example.org"] }),
    { grantee: { kind: "group", group: "team" }, right: "send-as", target: { kind: "domain", domain: "team.test" } },
    { grantee: to("shop"), right: "send-as", target: { kind: "subdomains", domain: "shop.test" } },
  ],
};
const graph = ownershipGraph(GRANTS, { name: "grants", now: () => instant });
const kindAt = async (time: number, source: Ownership, login: string, text: string): Promise<Answer["kind"]> => {
  instant = time;
  return (await mayUse(source, login, address(text))).kind;
};

describe("nobody gets a yes", () => {
  it.each([
    ["by a login with a blank", "alice ", "alice@example.com"],
    ["by a login with a NUL", "alice\0", "alice@example.com"],
    ["by full-width letters", "\uff41lice", "alice@example.com"],
    ["by an empty login", "", "alice@example.com"],
    ["by a login that is a property of objects", "__proto__", "alice@example.com"],
    ["by the address as a login", "alice@example.com", "alice@example.com"],
    ["by a letter that folds beyond ASCII", "alice", "al\u0130ce@example.com"],
    ["by the case of an exact local part", "alice", "alice@exact.test"],
    ["by a subaddress at another domain", "alice", "Alice+x@exact.test"],
    ["by a subaddress of nothing", "alice", "+alice@example.com"],
    ["by another delimiter", "alice", "alice-x@example.com"],
    ["by an address within a quoted local part", "alice", '"alice@example.com"@evil.test'],
    ["by a domain that begins alike", "alice", "alice@example.com.evil.test"],
    ["by a domain that ends alike", "alice", "alice@notexample.com"],
    ["by a subdomain", "alice", "alice@mail.example.com"],
    ["by one of two forms of a domain", "alice", "alice@stra\u00dfe.test"],
    ["by a grant outside its scope", "scoped", "scoped@example.com"],
    ["by a wildcard below, at the domain itself", "shop", "x@shop.test"],
    ["by a wildcard below, at a domain that ends alike", "shop", "x@myshop.test"],
    ["by a group that he is not in", "alice", "x@team.test"],
  ])("%s", async (_how, login, text) => {
    expect(await kindAt(1000, graph, login, text)).toMatch(/^no-/);
  });

  it.each([
    ["an address", "alice", "office@example.com"],
    ["an alias domain", "alice", "alice@alias.test"],
    ["a membership", "carol", "x@team.test"],
  ])("by %s that has expired, to the millisecond, and not earlier", async (_what, login, text) => {
    expect(await kindAt(1999, graph, login, text)).toBe("yes");
    expect(await kindAt(2000, graph, login, text)).toMatch(/^no-/);
  });

  it("by what a login rule strips down to nothing", async () => {
    const stripped = withLoginRule(graph, { domain: "strip", masterSeparators: "*" });
    for (const login of ["@example.com", "*alice", "bob*alice", "alice*"]) {
      expect(await kindAt(1000, stripped, login, "alice@example.com")).toMatch(/^no-/);
    }
  });

  it("by a later source where the first could not be asked", async () => {
    const broken: Ownership = { name: "broken", ask: () => Promise.reject(new Error("down")) };
    const login = "alice";
    expect(await kindAt(1000, firstMatchOwnership(broken, graph), login, "alice@example.com")).toBe("unknown");
    expect(await kindAt(1000, unionOwnership(broken, graph), login, "x@example.com")).toBe("unknown");
  });

  it("by a kept answer longer than it may be kept", async () => {
    let clock = 0;
    const cached = cachedOwnership(graph, { ttlMs: 500, now: () => clock });
    expect(await kindAt(1999, cached, "alice", "office@example.com")).toBe("yes");
    clock = 500;
    expect(await kindAt(2499, cached, "alice", "office@example.com")).toMatch(/^no-/);
  });
});
