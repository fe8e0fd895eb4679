import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { testIo } from "../support/test-io.js";

const MAP = 'ownership:\n  - login-map: "inline:{a=b}"\n';
const SOUND = `${MAP}rules: [require-login, login-owns-envelope, header-originators-owned]\n`;

/** Runs `config WORD` on a file with this text; the folder stands as @DIR@. */
async function config(
  word: string,
  yaml: string,
  {
    options = [],
    env = {},
    terminal = false,
  }: { options?: readonly string[]; env?: Record<string, string>; terminal?: boolean } = {},
) {
  const folder = await folderWith({ "f.yaml": yaml });
  const io = testIo({ env, terminal });
  const code = await main(["config", word, ...options, `${folder}/f.yaml`], io);
  return { code, out: io.out().replaceAll(folder, "@DIR@"), err: io.err().replaceAll(folder, "@DIR@") };
}

describe("config check", () => {
  it("finds nothing in a sound configuration", async () => {
    expect(await config("check", SOUND)).toEqual({ code: 0, out: "@DIR@/f.yaml: no fault\n", err: "" });
  });

  it("tells every fault with file, line, column and the nearest valid key", async () => {
    const yaml = `listenrs: 1
log: { levl: info, format: jsn }
ownership:
  - grantz: x
rules:
  - sender-fqd
  - relay-only-for-login: {}
`;
    const { code, out, err } = await config("check", yaml);
    expect([code, out]).toEqual([78, ""]);
    expect(err.trimEnd().split("\n")).toEqual([
      "fault: @DIR@/f.yaml:1:1: listenrs: unknown key (did you mean listeners?)",
      "fault: @DIR@/f.yaml:2:8: log.levl: unknown key (did you mean level?)",
      "fault: @DIR@/f.yaml:2:20: log.format: must be json or text (did you mean json?)",
      "fault: @DIR@/f.yaml:4:5: ownership[0].grantz: unknown name (did you mean grants?)",
      "fault: @DIR@/f.yaml:6:5: rules[0].sender-fqd: unknown name (did you mean sender-fqdn?)",
      "fault: @DIR@/f.yaml:7:5: rules[1].relay-only-for-login.our-domains: required",
    ]);
  });

  it("tells what the machine lacks that serve would refuse", async () => {
    const yaml = `${SOUND.replace("rules: [", "rules: [local-originators-match-envelope, ")}listeners:
  - milter: unix:/nonexistent/folder/m
    owner: no-such-user
  - policy: unix:@TMP@/p
    group: no-such-group
`.replace("@TMP@", tmpdir());
    const { code, out, err } = await config("check", yaml);
    expect([code, out]).toEqual([78, ""]);
    expect(err.trimEnd().split("\n")).toEqual([
      "fault: @DIR@/f.yaml:5:5: listeners[0].milter: there is no folder /nonexistent/folder",
      "fault: @DIR@/f.yaml:6:5: listeners[0].owner: /etc/passwd has no user no-such-user",
      "fault: @DIR@/f.yaml:8:5: listeners[1].group: /etc/group has no group no-such-group",
    ]);
  });

  it("tells of a user that is nobody", async () => {
    const { code, err } = await config("check", `${SOUND}user: no-such-user\n`);
    expect(code).toBe(78);
    expect(err).toBe(
      "fault: @DIR@/f.yaml:4:1: user: the user no-such-user is not in /etc/passwd: name its group beside it\n",
    );
  });

  it.each([
    ["/nonexistent/lock", 1],
    ["no-such-program", 1],
    ["/", 1],
    ["sh", 0],
    ["/bin/sh", 0],
  ])("warns of a command for suspects that cannot be run: %s", async (program, warnings) => {
    const { code, err } = await config("check", `${SOUND}account-suspect: { command: [${program}] }\n`);
    const words = `warning: @DIR@/f.yaml:4:20: account-suspect.command: ${program} is no program that can be run, so that nobody is told of a suspect\n`;
    expect([code, err]).toEqual([0, warnings === 0 ? "" : words]);
  });

  it("tells them as one line of JSON", async () => {
    const { code, out, err } = await config("check", "listenrs: 1\n", { options: ["--json"] });
    expect([code, err]).toEqual([78, ""]);
    expect(JSON.parse(out)).toEqual({
      file: "@DIR@/f.yaml",
      faults: [
        { file: "@DIR@/f.yaml", line: 1, column: 1, key: "listenrs", problem: "unknown key (did you mean listeners?)" },
      ],
      warnings: [],
    });
  });

  it.each([
    ["text that is not YAML", "rules: [\n", "@DIR@/f.yaml:2:1: not valid YAML"],
    [
      "rules that ask an ownership that is not there",
      "rules: [login-owns-envelope]\n",
      "@DIR@/f.yaml:1:9: rules[0].login-owns-envelope: needs a source of ownership",
    ],
    [
      "header rules with a policy listener alone",
      `${MAP}listeners:\n  - policy: 127.0.0.1:0\n`,
      "@DIR@/f.yaml:3:1: listeners: header-originators-owned could never run",
    ],
  ])("finds %s", async (_, yaml, fault) => {
    const { code, out, err } = await config("check", yaml);
    expect([code, out]).toEqual([78, ""]);
    expect(err).toContain(`fault: ${fault}`);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });

  it("warns of what the policy leaves open", async () => {
    const { code, err } = await config("check", `${MAP}rules: [login-owns-envelope]\n`);
    expect(code).toBe(0);
    expect(err).toMatch(/^warning: no rule refuses anything to clients without a login/);
  });

  it("a map that is not there is a fault, and 66", async () => {
    const { code, out, err } = await config("check", "ownership:\n  - login-map: texthash:/nonexistent\n");
    expect([code, out]).toEqual([66, ""]);
    expect(err).toMatch(/^fault: @DIR@\/f\.yaml:2:5: ownership\[0\]\.login-map: .*\/nonexistent.*\n$/);
  });

  it("a missing file is 66", async () => {
    const io = testIo();
    expect(await main(["config", "check", "/nonexistent/f.yaml"], io)).toBe(66);
    expect(io.err()).toBe("fromguard: /nonexistent/f.yaml: cannot be read: no such file\n");
  });

  it.each([
    [true, {}, "\x1b[31mfault:\x1b[39m"],
    [true, { NO_COLOR: "1" }, "fault:"],
    [false, {}, "fault:"],
  ])("on a terminal (%s) with %j it begins with %j", async (terminal, env, start) => {
    const { err } = await config("check", "listenrs: 1\n", { terminal, env });
    expect(err.startsWith(`${start} @DIR@`)).toBe(true);
  });
});

describe("config show", () => {
  const YAML = `preset: audit
listeners:
  - milter: 127.0.0.1:10041
ownership:
  - login-map: "inline:{a=b}"
rules:
  - sender-fqdn: { allow-literals: true }
  - body-unambiguous
dns: { servers: ["127.0.0.1:53"] }
`;
  const OVER = { options: ["--set", "dns.timeout-ms=7"], env: { FROMGUARD_LOG_FORMAT: "text" } };

  it("tells of each value where it came from", async () => {
    const { code, out, err } = await config("show", YAML, OVER);
    expect([code, err]).toEqual([0, ""]);
    const shown = out.split("\n").map((line) => line.replace(/ +# /, " # "));
    for (const line of [
      "preset: audit # @DIR@/f.yaml:1",
      "  - milter: 127.0.0.1:10041 # @DIR@/f.yaml:3",
      "    local-mail: postfix # default",
      "      allow-literals: true # @DIR@/f.yaml:7",
      "  - domain-exists:",
      "      shadow: false # default",
      "shadow: true # preset audit",
      "  format: text # FROMGUARD_LOG_FORMAT",
      "  audit: true # preset audit",
      "  servers: [127.0.0.1:53] # @DIR@/f.yaml:9",
      "  timeout-ms: 7 # --set dns.timeout-ms",
    ]) {
      expect(shown).toContain(line);
    }
  });

  it("tells as comments what is found when the daemon starts", async () => {
    const { out } = await config("show", SOUND);
    expect(out).toMatch(/^# user: fromguard, or nobody where there is none, where it is started as root$/m);
    expect(out).toMatch(/^dns:\n {2}# servers: those of resolv\.conf\n {2}timeout-ms: /m);
    expect(out).toMatch(/^# group: that of the user$/m);
  });

  it("is a configuration that comes to the same", async () => {
    const { out } = await config("show", YAML, OVER);
    const again = await config("show", out);
    const values = (text: string) => text.replace(/ +#.*$/gm, "");
    expect(values(again.out)).toBe(values(out));
    const { rules, log, dns, shadow } = parseConfig(out, "f.yaml");
    expect(rules.map(({ kind }) => kind)).toEqual([
      "sender-fqdn",
      "domain-exists",
      "login-owns-envelope",
      "header-originators-owned",
      "body-unambiguous",
    ]);
    expect([log.format, log.audit, dns.timeoutMs, shadow]).toEqual(["text", true, 7, true]);
  });

  it.each([[[]], [["--json"]]])("hides secrets: %j", async (options) => {
    const secret = "0123456789abcdef0123456789abcdef";
    const tokens = `[{ name: a, secret: ${secret} }, { name: b, file: /run/b }]`;
    const { code, out } = await config("show", `listeners: [{ http: "127.0.0.1:1", tokens: ${tokens} }]\n`, {
      options,
    });
    expect([code, out.includes(secret), out.includes("[hidden]"), out.includes("/run/b")]).toEqual([
      0,
      false,
      true,
      true,
    ]);
  });

  it("tells the same as one line of JSON", async () => {
    const { out } = await config("show", YAML, { ...OVER, options: [...OVER.options, "--json"] });
    const { file, values } = JSON.parse(out);
    expect(file).toBe("@DIR@/f.yaml");
    const byKey = new Map(values.map(({ key, ...rest }: { key: string }) => [key, rest]));
    expect(byKey.get("listeners[0].milter")).toEqual({ value: "127.0.0.1:10041", from: "file", line: 3, column: 5 });
    expect(byKey.get("log.format")).toEqual({ value: "text", from: "environment", variable: "FROMGUARD_LOG_FORMAT" });
    expect(byKey.get("dns.timeout-ms")).toEqual({ value: 7, from: "flag", option: "--set dns.timeout-ms" });
    expect(byKey.get("shadow")).toEqual({ value: true, from: "preset", name: "audit" });
    expect(byKey.get("workers")).toEqual({ value: 1, from: "default" });
  });
});

describe("wrong usage is 64", () => {
  it.each([
    [["config"], "which of check, show and schema? See fromguard config --help"],
    [["config", "chek"], '"chek" is not check, show or schema (did you mean check?); see fromguard config --help'],
    [["config", "check", "a", "b"], '"b" is not expected here; see fromguard config --help'],
    [
      ["config", "check", "a", "--config", "b"],
      "--config and FILE name two configurations; see fromguard config --help",
    ],
    [["config", "schema", "a"], "schema takes no file: it is the same for all; see fromguard config --help"],
  ])("%j", async (argv, sentence) => {
    const io = testIo();
    expect(await main(argv, io)).toBe(64);
    expect([io.out(), io.err()]).toEqual(["", `fromguard: ${sentence}\n`]);
  });
});
