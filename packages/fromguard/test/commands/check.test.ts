import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { main } from "../../src/main.js";
import { scenarioConfig } from "../support/scenario.js";
import { testIo } from "../support/test-io.js";

const RULES = "rules: [sender-fqdn, domain-exists, login-owns-envelope, header-originators-owned, require-login]\n";

async function check(argv: readonly string[], options: { readonly message?: string; readonly stdin?: string } = {}) {
  const { folder, config } = await scenarioConfig(RULES);
  if (options.message !== undefined) await writeFile(`${folder}/letter.eml`, options.message);
  const io = testIo(options.stdin === undefined ? {} : { stdin: options.stdin });
  const code = await main(["check", "--config", config, ...argv.map((arg) => arg.replace("@DIR@", folder))], io);
  return { code, out: io.out().replaceAll(folder, "@DIR@"), err: io.err() };
}

const bob = ["--login", "bob", "--sender", "bob@example.com"];

describe("check", () => {
  it("accepts honest mail with 0", async () => {
    expect(
      await check([...bob, "--message", "@DIR@/letter.eml"], { message: "From: bob@example.com\r\n\r\nHi\r\n" }),
    ).toEqual({
      code: 0,
      err: "",
      out: `ACCEPT  ok

  pass  sender-fqdn
  pass  domain-exists
  pass  login-owns-envelope
  pass  header-originators-owned
  pass  require-login
`,
    });
  });

  it("refuses a forged envelope with 1, and names the line of the map and what would change it", async () => {
    const { code, out } = await check(["--login", "bob", "--sender", "<alice@example.com>"]);
    expect(code).toBe(1);
    expect(out).toContain(
      "REJECT  553 5.7.1 Sender address rejected: not owned by the authenticated user (alice@example.com); send as an address of your own, or ask the postmaster for this one\n        envelope-not-owned, says login-owns-envelope\n",
    );
    expect(out).toMatch(
      /FAIL {2}login-owns-envelope {7}envelope-not-owned\n {10}login {6}bob\n {10}address {4}alice@example\.com\n {10}source {5}@DIR@\/senders:1 .*\n/,
    );
    expect(out).toMatch(/answer {5}alice\n/);
  });

  it("says which rules did not run for want of the message", async () => {
    const { code, out } = await check(bob);
    expect(code).toBe(0);
    expect(out).toContain("  -     header-originators-owned  not run, needs headers: give --message\n");
  });

  it("refuses a forged From behind an honest envelope with 1", async () => {
    const { code, out } = await check([...bob, "--message", "-"], { stdin: "From: alice@example.com\r\n\r\nHi\r\n" });
    expect(code).toBe(1);
    expect(out).toContain("from-not-owned, says header-originators-owned");
  });

  it.each([
    [
      "LF alone, as a file has it, is taken for CRLF",
      "From: bob@example.com\nTo: x@y.example\n\nHi\n",
      0,
      /^note: .* LF/,
    ],
    ["one LF among CRLF is judged as it is", "From: bob@example.com\nTo: x@y.example\r\n\r\nHi\r\n", 1, /^$/],
    ["a forgery stays one", "From: alice@example.com\n\nHi\n", 1, /^note: /],
    ["octets beyond ASCII stay as they are", "From: b\xf6b <bob@example.com>\n\n", 0, /^note: /],
  ])("line ends of a message: %s", async (_what, message, due, note) => {
    const { code, err } = await check([...bob, "--message", "-"], { stdin: message });
    expect(code).toBe(due);
    expect(err).toMatch(note);
  });

  it("defers with 75 where DNS is down", async () => {
    const { config } = await scenarioConfig("rules: [domain-exists]\n");
    const io = testIo();
    expect(await main(["check", "--config", config, "--sender", "eve@example.net"], io)).toBe(75);
    expect(io.out()).toContain("DEFER  451 4.3.0 Sender verification is temporarily unavailable\n");
    expect(io.out()).toMatch(/\? {5}domain-exists {2}dns-unavailable\n {10}cause {6}.+\n/);
  });

  it("the null sender is '<>', and empty", async () => {
    for (const sender of ["<>", ""]) {
      const { code } = await check(["--login", "bob", "--sender", sender]);
      expect(code).toBe(0);
    }
  });

  it("prints JSON as one line, the last", async () => {
    const { code, out } = await check(["--login", "bob", "--sender", "alice@example.com", "--json"]);
    expect(code).toBe(1);
    expect(out.match(/\n/g)).toHaveLength(1);
    const json = JSON.parse(out);
    expect([json.action, json.code, json.reply.code]).toEqual(["reject", "envelope-not-owned", 553]);
    expect(json.trace.map(({ rule }: { rule: string }) => rule)).toContain("login-owns-envelope");
    expect(json.notRun).toEqual([{ rule: "header-originators-owned", missing: ["headers"] }]);
  });

  it("lets no octet of a message act on the terminal", async () => {
    const { out } = await check([...bob, "--message", "@DIR@/letter.eml"], {
      message: "From: \x1b[2J@example.com\r\n\r\nHi\r\n",
    });
    expect(out).not.toContain("\x1b");
  });

  it("a missing message is 66", async () => {
    expect(await check([...bob, "--message", "/nonexistent.eml"])).toEqual({
      code: 66,
      out: "",
      err: "fromguard: /nonexistent.eml: cannot be read: no such file\n",
    });
  });

  it("colours on a terminal only, and not under NO_COLOR", async () => {
    const { config } = await scenarioConfig(RULES);
    const outputs: string[] = [];
    for (const [terminal, env] of [
      [true, {}],
      [true, { NO_COLOR: "1" }],
      [false, {}],
    ] as const) {
      const io = testIo({ terminal, env });
      await main(["check", "--config", config, "--sender", "a@example.com"], io);
      outputs.push(io.out());
    }
    expect(outputs.map((text) => text.includes("\x1b["))).toEqual([true, false, false]);
  });

  it("warns where the policy protects only those who log in", async () => {
    const { config } = await scenarioConfig();
    const io = testIo();
    await main(["check", "--config", config, "--sender", "alice@example.com"], io);
    expect(io.err()).toMatch(/^warning: the configuration has a warning: fromguard config check \S+\.yaml tells it\n$/);
  });
});
