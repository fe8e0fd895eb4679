import { describe, expect, test } from "vitest";
import { readMainCf } from "../../src/main-cf/read-main-cf.js";

const read = (text: string | Uint8Array, options: Partial<Parameters<typeof readMainCf>[1]> = {}) =>
  readMainCf(text, { file: "main.cf", ...options });

const valueOf = (text: string, overrides: Record<string, string> = {}) =>
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
    expect(valueOf(line)).toBe(expected);
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
