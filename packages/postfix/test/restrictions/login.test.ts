import { brokenTable, failTable, inlineTable, pcreTable, staticTable } from "@fromguard/core";
import { memoryTable } from "@fromguard/core/testing";
import { describe, expect, it } from "vitest";
import { predefinedClasses, restrictions } from "../../src/restrictions/registry.js";
import { evaluate, type Given } from "./attempt-at.js";

const AUTHENTICATED = "reject_authenticated_sender_login_mismatch";
const KNOWN = "reject_known_sender_login_mismatch";
const UNAUTHENTICATED = "reject_unauthenticated_sender_login_mismatch";

const owners = memoryTable({
  "alice@example.com": "alice",
  "bob@example.com": "bob, Robert\tann",
  "müller@example.com": "mül",
  "base@example.com": "base",
  "base+x@example.com": "special",
  "nobody@example.com": " , ",
  dave: "dave",
  "@dept.example": "alice",
  '"a b"@example.com': "q",
});
const staticEmpty = memoryTable({ "müller@example.com": "" });
const maps = { smtpd_sender_login_maps: [owners] };

function at(login: string | null, sender: string, more: Given = {}): Given {
  return { tables: maps, ...more, mail: { login, sender, ...more.mail } };
}

describe("login restrictions", () => {
  const notOwned = (sender: string, login: string) =>
    `reject 553 5.7.1 <${sender}>: Sender address rejected: not owned by user ${login}`;
  const notLoggedIn = (sender: string) => `reject 553 5.7.1 <${sender}>: Sender address rejected: not logged in`;

  it.each([
    ["an owner", "alice", "alice@example.com", "dunno", "dunno", "dunno"],
    ["another login", "eve", "alice@example.com", "not-owned", "not-owned", "dunno"],
    ["nobody's address", "alice", "x@y.test", "not-owned", "dunno", "dunno"],
    ["no login and an owned address", null, "alice@example.com", "dunno", "not-logged-in", "not-logged-in"],
    ["no login and nobody's address", null, "x@y.test", "dunno", "dunno", "dunno"],
    ["the null sender", "alice", "", "dunno", "dunno", "dunno"],
    ["an address that is only reserved", "alice", "nobody@example.com", "not-owned", "not-owned", "dunno"],
    ["a reserved address without login", null, "nobody@example.com", "dunno", "not-logged-in", "not-logged-in"],
  ])("of %s", async (_case, login, sender, ...results) => {
    for (const [index, name] of [AUTHENTICATED, KNOWN, UNAUTHENTICATED].entries()) {
      const expected = { "not-owned": notOwned(sender, login ?? ""), "not-logged-in": notLoggedIn(sender) }[
        results[index] as string
      ];
      const { result, atOnce } = await evaluate(name, at(login, sender));
      expect([name, result, atOnce]).toEqual([name, expected ?? "dunno", true]);
    }
  });

  it.each([
    ["the second owner", "Robert", "bob@example.com", true],
    ["an owner behind a tab", "ann", "bob@example.com", true],
    ["the case of the login", "ROBERT", "bob@example.com", true],
    ["a login with the whole list", "bob, Robert", "bob@example.com", false],
    ["a login with a domain", "bob@example.com", "bob@example.com", false],
    ["the case of the address", "alice", "ALICE@Example.COM", true],
    ["the full Unicode fold", "MÜL", "MÜLLER@example.com", true],
    ["an extension", "base", "base+y@example.com", true],
    ["a key with the extension, which hides the base", "base", "base+x@example.com", false],
    ["the user alone in a local domain", "dave", "dave@mail.example.com", true],
    ["no user alone elsewhere", "dave", "dave@y.test", false],
    ["an address without domain", "dave", "dave", true],
    ["a domain", "alice", "anyone@dept.example", true],
    ["no parent domain", "alice", "anyone@sub.dept.example", false],
    ["the quoted form", "q", "a b@example.com", true],
    ["a percent hack at a local domain", "alice", "x%dept.example@example.com", true],
  ])("looks at %s", async (_case, login, sender, isOwned) => {
    const { result } = await evaluate(AUTHENTICATED, at(login, sender, { mail: { smtputf8: true } }));
    expect(result).toBe(isOwned ? "dunno" : notOwned(sender, login));
  });

  it("compares letters of ASCII alone without smtputf8_enable", async () => {
    const parameters = { smtputf8_enable: "no" };
    const table = [memoryTable({ "a@example.com": "mül" })];
    const of = async (login: string) =>
      (
        await evaluate(
          AUTHENTICATED,
          at(login, "a@example.com", { parameters, tables: { smtpd_sender_login_maps: table } }),
        )
      ).result;
    expect(await of("Mül")).toBe("dunno");
    expect(await of("MÜL")).toBe(notOwned("a@example.com", "MÜL"));
  });

  it("is off without SASL, and says so", async () => {
    for (const name of [AUTHENTICATED, KNOWN, UNAUTHENTICATED]) {
      const given = at(null, "alice@example.com", { parameters: { smtpd_sasl_auth_enable: "no" } });
      const { result, warnings } = await evaluate(name, given);
      expect(result).toBe("dunno");
      expect(warnings).toEqual([`restriction \`${name}' ignored: no SASL support`]);
    }
  });

  it("has no owners without login maps", async () => {
    const of = async (name: string, login: string | null) =>
      (await evaluate(name, at(login, "alice@example.com", { tables: {} }))).result;
    expect(await of(AUTHENTICATED, "eve")).toBe(notOwned("alice@example.com", "eve"));
    expect(await of(KNOWN, "eve")).toBe("dunno");
    for (const name of [AUTHENTICATED, KNOWN, UNAUTHENTICATED]) expect(await of(name, null)).toBe("dunno");
  });

  const serverError = "end software 451 4.3.5 Server configuration error";
  const lookupFailure = "end data 451 4.3.0 <müller@example.com>: Temporary lookup failure";
  it.each([
    ["a table that fails", failTable("x"), lookupFailure],
    ["an empty value", staticEmpty, serverError],
    ["a value that is not UTF-8", pcreTable("/^m(.)/ $1", { file: "x" }).table, serverError],
    ["a table that did not open", brokenTable("x", "table-invalid", "x"), lookupFailure],
  ])("of %s", async (_case, table, result) => {
    const given = at("alice", "müller@example.com", {
      tables: { smtpd_sender_login_maps: [table] },
      mail: { smtputf8: true },
    });
    expect((await evaluate(AUTHENTICATED, given)).result).toBe(result);
  });

  it("asks every table for a key before the next key", async () => {
    const tables = { smtpd_sender_login_maps: [inlineTable("{@dept.example=alice}"), staticTable("bob")] };
    expect((await evaluate(AUTHENTICATED, at("bob", "x@dept.example", { tables }))).result).toBe("dunno");
    expect((await evaluate(AUTHENTICATED, at("alice", "x@dept.example", { tables }))).result).toMatch(/^reject 553/);
  });

  it("waits for tables that are elsewhere", async () => {
    const late = memoryTable({ "alice@example.com": "alice" }, { late: true });
    const given = at("eve", "alice@example.com", { tables: { smtpd_sender_login_maps: [late] } });
    const { result, atOnce } = await evaluate(AUTHENTICATED, given);
    expect([result, atOnce]).toEqual([notOwned("alice@example.com", "eve"), false]);
  });

  it("shows what answered, and what would change the answer", async () => {
    expect((await evaluate(AUTHENTICATED, at("eve", "Alice+x@example.com"))).evidence).toMatchObject({
      login: "eve",
      address: "alice+x@example.com",
      source: "memory",
      key: "alice@example.com",
      result: "alice",
      remedy: "alice@example.com alice, eve",
    });
    expect((await evaluate(AUTHENTICATED, at("alice", "x@y.test"))).evidence).toMatchObject({
      key: "x@y.test",
      remedy: "x@y.test alice",
    });
    expect((await evaluate(AUTHENTICATED, at("alice", "alice@example.com"))).evidence).toMatchObject({
      login: "alice",
    });
  });
});

it("the class that Postfix brings along names restrictions that are there", () => {
  const members = [...predefinedClasses.values()].flat();
  expect(members).not.toEqual([]);
  for (const member of members) expect(restrictions.has(member)).toBe(true);
  for (const name of restrictions.keys()) expect(name).toBe(name.toLowerCase());
});
