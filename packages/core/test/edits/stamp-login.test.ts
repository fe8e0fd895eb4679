import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  applyEdits,
  createGuard,
  facts,
  hmacSha256,
  readMessage,
  type StampLoginOptions,
  stampLogin,
} from "../../src/index.js";

const KEY = new TextEncoder().encode("0123456789abcdef");
const ID: StampLoginOptions = { authservId: "mx.Example.com" };

async function stamped(lines: readonly string[], options: StampLoginOptions, login: string | null = "ann@example.com") {
  const message = new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`);
  const { headers } = readMessage(message);
  const { edits, code } = await createGuard({ rules: [stampLogin(options)] }).check(facts({ login, headers }));
  const after = new TextDecoder().decode(applyEdits(message, edits)).trimEnd().split("\r\n");
  return { after, code };
}

describe("stampLogin", () => {
  test.each([
    ["an address", "ann@example.com", "ann@example.com"],
    ["a name", "ann", "ann"],
    ["a login with blanks and quotes", 'EX\\ann "a"', '"EX\\\\ann \\"a\\""'],
    ["a login with line breaks", "ann\r\nFrom: x", '"ann??From: x"'],
    ["a login that looks like another result", "ann; dkim=pass", '"ann; dkim=pass"'],
    ["a login outside ASCII", "jörg@example.com", '"j?rg@example.com"'],
  ])("tells %s in Authentication-Results", async (_, login, shown) => {
    const { after } = await stamped(["X: 1"], ID, login);
    expect(after).toEqual([`Authentication-Results: mx.Example.com; auth=pass smtp.auth=${shown}`, "X: 1"]);
  });

  test.each([
    ["plain", "mx.example.com; spf=pass"],
    ["in other case", "MX.EXAMPLE.COM; spf=pass"],
    ["with a version", "mx.example.com 1; none"],
    ["behind a comment", "(a (b)) mx.example.com; none"],
    ["around a comment", "mx.(c)example.com; none"],
    ["quoted", '"mx.example.com"; none'],
    ["folded", "\r\n mx.example.com;\r\n none"],
    ["without a result", "mx.example.com"],
    ["with a trailing dot", "mx.example.com.; none"],
    ["where it cannot be read", "(mx.example.com; spf=pass"],
  ])("a result in our name goes, %s", async (_, value) => {
    const lines = ["X: 1", "Authentication-Results: other.example; spf=pass", `authentication-results : ${value}`];
    const left = lines.slice(0, 2);
    expect((await stamped(lines, ID, null)).after).toEqual(left);
    expect((await stamped(lines, ID)).after.slice(1)).toEqual(left);
  });

  test.each(["sub.mx.example.com; none", "example.com; none", "mx.example.com.evil.example; none", ""])(
    "a result of another host stays: %j",
    async (value) => {
      const lines = [`Authentication-Results: ${value}`];
      expect((await stamped(lines, ID, null)).code).toBe("nothing-applied");
    },
  );

  test("a pseudonym is the keyed hash of the login, whatever its case", async () => {
    const forged = ["x-fromguard-login: 1", "X: 1", "X-Fromguard-Login: 2"];
    const hash = createHmac("sha256", KEY).update("ann@example.com").digest("hex").slice(0, 32);
    const wanted = [`X-Fromguard-Login: ${hash}`, "X: 1"];
    expect((await stamped(forged, { keyedHash: hmacSha256(KEY) })).after).toEqual(wanted);
    expect((await stamped(forged, { keyedHash: hmacSha256(KEY) }, "Ann@Example.COM")).after).toEqual(wanted);
    expect((await stamped(forged, { keyedHash: hmacSha256(KEY) }, null)).after).toEqual(["X: 1"]);
  });

  test("the hash and the field may be the host's", async () => {
    const options = { keyedHash: () => Uint8Array.of(1, 255), field: "X-Login" };
    expect((await stamped(["X: 1"], options)).after).toEqual(["X-Login: 01ff", "X: 1"]);
  });

  test("what is no identifier, field name or key is a fault of the policy", () => {
    expect(() => stampLogin({ authservId: "a b" })).toThrow(/authserv-id/);
    expect(() => stampLogin({ keyedHash: hmacSha256(KEY), field: "X:" })).toThrow(/field name/);
    expect(() => hmacSha256(Uint8Array.of(1))).toThrow(/16 octets/);
  });
});
