import { describe, expect, test } from "vitest";
import { type BodyUnambiguousOptions, bodyUnambiguous, readMessage, type Verdict } from "../../src/index.js";
import { lateOwnership } from "../../src/testing/index.js";
import { ownership } from "./originator-verdicts.js";

function judge(
  body: string,
  options: Partial<BodyUnambiguousOptions> = {},
  login: string | null = "alice@example.com",
  limits = {},
): Verdict | Promise<Verdict> {
  const header = "From: alice@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
  const { bodyAnomalies } = readMessage(new TextEncoder().encode(header + body), limits);
  const context = { signal: new AbortController().signal, observe: () => {} };
  return bodyUnambiguous({ ownership, ...options }).evaluate({ login, bodyAnomalies }, context);
}

const inner = (...lines: readonly string[]) =>
  `--b\r\nContent-Type: text/plain; hp=clear\r\n${lines.join("\r\n")}\r\n\r\n--b--`;

describe("bodyUnambiguous", () => {
  test("smuggling is refused with and without a login, and by lenient not", () => {
    expect(judge("a\n.\r\nb")).toMatchObject({ kind: "fail", code: "smuggling", evidence: { offset: 2 } });
    expect(judge("a\n.\r\nb", {}, null)).toMatchObject({ code: "smuggling" });
    expect(judge("a\n.\r\nb", { preset: "lenient" })).toMatchObject({ kind: "pass" });
    expect(judge("a\r\n.\r\nb")).toMatchObject({ kind: "pass" });
  });

  test.each([
    ["a foreign From", ["From: ceo@bank.example"], "from-not-owned"],
    ["an own From", ["From: Alice <alice@example.com>"], "ok"],
    ["several own authors", ["From: alice@example.com, press@example.com"], "ok"],
    ["two own From fields", ["From: alice@example.com", "From: press@example.com"], "from-multiple"],
    ["a malformed From", ["From: alice@example.com x"], "from-malformed"],
    ["no From", ["Subject: x"], "ok"],
    ["a foreign Sender alone", ["Sender: ceo@bank.example"], "ok"],
    ["no From among malformed lines", ["Subject: x", "x"], "ok"],
    ["a subaddress that is not listed", ["From: alice+x@example.com"], "from-not-owned"],
    ["a From among malformed lines", ["From: alice@example.com", "x"], "header-line-malformed"],
  ])("a protected part with %s", async (_, lines, code) => {
    expect(await judge(inner(...lines))).toMatchObject({ kind: "pass" });
    expect(await judge(inner(...lines), { preset: "strict" })).toMatchObject({ code });
    expect(await judge(inner(...lines), { innerFrom: "reject" })).toMatchObject({ code });
    const late = lateOwnership(ownership);
    expect(await judge(inner(...lines), { ownership: late, innerFrom: "reject" })).toMatchObject({ code });
  });

  test("every part is waited for", async () => {
    const parts = inner("From: alice@example.com").replace("--b--", inner("From: ceo@bank.example"));
    const options = { ownership: lateOwnership(ownership), innerFrom: "reject" } as const;
    expect(await judge(parts, options)).toMatchObject({ code: "from-not-owned" });
  });

  test("a subaddress is one behind a plus sign, unless told", () => {
    const part = inner("From: alice+x@example.com");
    const options = { innerFrom: "reject", unlistedSubaddress: "accept" } as const;
    expect(judge(part, options)).toMatchObject({ kind: "pass" });
    expect(judge(part, { ...options, recipientDelimiter: "-" })).toMatchObject({ code: "from-not-owned" });
  });

  test("protected parts are judged only with a login", () => {
    const foreign = inner("From: ceo@bank.example");
    expect(judge(foreign, { preset: "strict" }, null)).toMatchObject({ kind: "pass" });
    expect(judge(foreign, { preset: "lenient" }, null)).toEqual({ kind: "skip", code: "no-login" });
  });

  test.each([
    ["parts", { maxMimeParts: 1 }, "--b\r\nX: 1\r\n\r\n--b\r\nX: 1\r\n\r\n"],
    ["multiparts within one another", { maxMimeDepth: 1 }, "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"],
    ["fields of a part", { maxFields: 2 }, "--b\r\nX: 1\r\nX: 2\r\nContent-Type: text/plain; hp=clear\r\n\r\n"],
    ["octets of a part's header", { maxHeaderOctets: 80 }, `--b\r\nX: ${"x".repeat(90)}\r\n\r\n`],
  ])("a limit on %s is a refusal in every preset, with a login", (_, limits, body) => {
    const presets = ["default", "strict", "lenient", "relaxed-resent"] as const;
    for (const preset of presets) {
      expect(judge(body, { preset }, "alice@example.com", limits)).toMatchObject({ code: "header-too-long" });
      expect(judge(body, { preset })).toMatchObject({ kind: "pass" });
      expect(judge(body, { preset }, null, limits)).not.toMatchObject({ kind: "fail" });
    }
  });
});
