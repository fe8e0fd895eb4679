// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how main.cf writes it
import { isFromguardError } from "@fromguard/core";
import { describe, expect, test } from "vitest";
import { readMainCf } from "../../src/main-cf/read-main-cf.js";

const read = (text: string | Uint8Array, options: Partial<Parameters<typeof readMainCf>[1]> = {}) =>
  readMainCf(text, { file: "main.cf", ...options });

const valueOfA = (text: string, overrides: Record<string, string> = {}) =>
  read(`b = bee\nempty =\nlong = $b $b\n${text}`, { overrides }).config.get("a");

describe("a value is expanded", () => {
  test.each([
    ["a = x", "x"],
    ["a =   x y  \r", "x y"],
    ["a = x\n  y\n# note\n\n\tz", "x  y\tz"],
    ["a = $b-${b}-$(b)", "bee-bee-bee"],
    ["a = $$b", "$b"],
    ["a = $long!", "bee bee!"],
    ["a = <$nothing>", "<>"],
    ["a = ${b?yes}${b:no}${empty?yes}${empty:no}${nothing:none}", "yesnonone"],
    ["a = ${b?{yes}:{no}}", "yes"],
    ["a = ${empty?{yes}:{no}}", "no"],
    ["a = ${b ? {yes} : {no} }", "yes"],
    ["a = ${b?$b}", "bee"],
    ["a = ${{$b} == {bee} ? {same} : {other}}", "same"],
    ["a = ${{9} < {10}?{number}:{text}}", "number"],
    ["a = ${{9} < {10x}?{yes}:{no}}", "no"],
    ["a = ${{3.10} >level {3.9} ? {later} : {earlier}}", "later"],
    ["a = ${{x} == {x}}", "true"],
    ["a = <${{x} == {y}}>", "<>"],
  ])("%s", (line, expected) => {
    expect(valueOfA(line)).toBe(expected);
  });
});

describe("defaults", () => {
  test.each([
    ["compatibility level 0", "", "append_dot_mydomain", "yes"],
    ["compatibility level 3.6", "compatibility_level = 3.6", "append_dot_mydomain", "no"],
    ["compatibility level 3.6", "compatibility_level = 3.6", "smtpd_relay_before_recipient_restrictions", "yes"],
    ["compatibility level 2", "compatibility_level = 2", "smtpd_relay_before_recipient_restrictions", "no"],
    ["on others", "myhostname = mx.example.org", "mydestination", "mx.example.org, localhost.example.org, localhost"],
    ["on other maps", "virtual_alias_maps = hash:/v", "virtual_alias_domains", "hash:/v"],
  ])("%s: %s %s", (_, text, name, expected) => {
    expect(read(text).config.get(name)).toBe(expected);
  });
});

function errorOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isFromguardError(error) && error.code === "FG_CONFIG_INVALID") return error.message;
    throw error;
  }
  return "none";
}

describe("a line that is no setting is refused", () => {
  test.each([
    ["relayhost", `main.cf:1: missing '=' after attribute name: "relayhost"`],
    ["\n# note\na b = c", `main.cf:3: missing '=' after attribute name: "a b = c"`],
    ["= c", `main.cf:1: missing attribute name: "= c"`],
  ])("%j", (text, message) => {
    expect(errorOf(() => read(text))).toBe(message);
  });
});

describe("a value that cannot be had is refused when it is asked for", () => {
  const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
  test.each<[string | Uint8Array, string]>([
    ["a = $a", 'main.cf:1: a: unreasonable macro call nesting: "a"'],
    ["a = $b\nb = ${c}\nc = $(a)", "main.cf:1: a: unreasonable macro call nesting: "],
    ["a = ${{$a} == {x}}", "main.cf:1: a: unreasonable macro call nesting: "],
    ["a = ${b", 'main.cf:1: a: truncated macro reference: "${b"'],
    ["a = $", 'main.cf:1: a: empty macro name: "$"'],
    [
      "a = ${{b} = {c} ? {d}}",
      'main.cf:1: a: "==" or "!="" or "<"" or "<="" or ">="" or ">" expected at: "...b}>>>= {c} ? {d}"',
    ],
    ["a = ${b-}", 'main.cf:1: a: attribute name syntax error at: "...b>>>-"'],
    ["a = ${{x} <level {3}}", 'main.cf:1: a: malformed compatibility level syntax: "x"'],
    [bytes("b = x\na = \xff"), "main.cf:2: a: the value of a is not UTF-8"],
    [
      `a = ${"$b".repeat(10)}\nb = ${"$c".repeat(1000)}\nc = ${"$d".repeat(1000)}`,
      "main.cf:1: a: over 100000 expansions",
    ],
    [
      `a = ${"$b".repeat(100)}\nb = ${"x".repeat(1_000_000)}`,
      "main.cf:1: a: expanded value is over 16777216 characters",
    ],
  ])("%.60s", (text, message) => {
    const { config } = read(text);
    expect(errorOf(() => config.get("a")).slice(0, message.length)).toBe(message);
  });
});

describe("typed values", () => {
  test.each([
    ["bool", "soft_bounce = YES", true],
    ["bool", "soft_bounce = on", "main.cf:1: soft_bounce: bad boolean configuration: soft_bounce = on"],
    ["int", "soft_bounce = +12", 12],
    ["int", "soft_bounce = 12x", "main.cf:1: soft_bounce: bad numerical configuration: soft_bounce = 12x"],
    [
      "int",
      "soft_bounce = 2147483648",
      "main.cf:1: soft_bounce: bad numerical configuration: soft_bounce = 2147483648",
    ],
    ["seconds", "soft_bounce = 2h", 7200],
    ["seconds", "soft_bounce = 10", 10],
    ["seconds", "soft_bounce = 10x", "main.cf:1: soft_bounce: parameter soft_bounce: bad time value or unit: 10x"],
  ] as const)("%s: %s", (kind, text, expected) => {
    const { config } = read(text);
    const error = errorOf(() => config[kind]("soft_bounce"));
    expect(error === "none" ? config[kind]("soft_bounce") : error).toBe(expected);
  });

  test("bounds are Postfix's", () => {
    const { config } = read("line_length_limit = 1\nunverified_sender_reject_code = 600");
    expect(errorOf(() => config.int("line_length_limit"))).toMatch("invalid line_length_limit parameter value 1 < 512");
    expect(errorOf(() => config.int("unverified_sender_reject_code"))).toMatch("value 600 > 599");
  });
});

test("what stands twice, or continues nothing, or is not defined, is a warning", () => {
  const { config, warnings } = read("  relayhost = a\nrelayhost = b\nrelayhost = $nosuch\nmail_name = ${a-}\n");
  expect(config.get("relayhost")).toBe("");
  expect(warnings.map(({ text }) => text)).toEqual([
    'main.cf: logical line must not start with whitespace: "  relayhost = a"',
    "main.cf, line 3: overriding earlier entry: relayhost=b",
    "main.cf, line 3: relayhost: undefined parameter: nosuch",
    'main.cf, line 4: mail_name: attribute name syntax error at: "...a>>>-"',
  ]);
});

test("an override wins, and has no line", () => {
  const { config } = read("relayhost = a\nmail_name = $relayhost", { overrides: { relayhost: " b " } });
  expect([config.get("relayhost"), config.get("mail_name")]).toEqual(["b", "b"]);
  expect(config.place("relayhost")).toEqual({ key: "relayhost" });
  expect(config.place("mail_name")).toEqual({ file: "main.cf", line: 2, key: "mail_name" });
});

test("myorigin may name a file", () => {
  const text = "myorigin = /etc/mailname\nrelayhost = $myorigin";
  const { config } = read(text, { originFile: (path) => `# ${path}\nexample.org\n` });
  expect([config.get("myorigin"), config.get("relayhost")]).toEqual(["example.org", "/etc/mailname"]);
  const empty = read(text, { originFile: () => "\n" }).config;
  expect(errorOf(() => empty.get("myorigin"))).toBe("main.cf:1: myorigin: myorigin file /etc/mailname is empty");
  expect(errorOf(() => read(text).config.get("myorigin"))).toMatch("the file /etc/mailname is not read here");
});

test("a megabyte is a value like any other", () => {
  const value = "x".repeat(1_000_000);
  expect(read(`relayhost = ${value}`).config.get("relayhost")).toBe(value);
});

describe("what depends on the host", () => {
  const interfaces = ["127.0.0.1/8", "192.0.2.5/24", "::1/128", "2001:db8::5/64"];
  test.each([
    ["", "myhostname", "host.localdomain"],
    ["mydomain = example.org", "myhostname", "host.example.org"],
    ["myhostname = mx.example.org", "mydomain", "example.org"],
    ["compatibility_level = 2", "mynetworks", "127.0.0.1/32 192.0.2.5/32 [::1]/128 [2001:db8::5]/128"],
    ["", "mynetworks", "127.0.0.0/8 192.0.2.0/24 [::1]/128 [2001:db8::]/64"],
    ["mynetworks_style = class\ninet_protocols = ipv4", "mynetworks", "127.0.0.0/8 192.0.2.0/24"],
    ["inet_interfaces = loopback-only", "mynetworks", "127.0.0.0/8 [::1]/128"],
  ])("%j: %s", (text, name, expected) => {
    expect(read(text, { hostname: "host", interfaces }).config.get(name)).toBe(expected);
  });
});
