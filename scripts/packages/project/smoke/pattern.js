/** PCRE2 with a replacement text, a pattern that JavaScript alone would take for ever on, and POSIX. */
export const expected = "ann, no match, Ann";

export async function smoke(load) {
  const { bytesOf, compilePattern, expandTemplate, parseTemplate } = await load("@fromguard/pattern");
  const { compilePosix } = await load("@fromguard/pattern/posix");
  const groups = (compiled, text) => compiled.matcher.match(bytesOf(text));
  const pcre = compilePattern("^([^@+]+)(\\+[^@]*)?@example\\.com$", { caseless: true });
  const { template } = parseTemplate("$1");
  const slow = compilePattern("^(a+)+$");
  const posix = compilePosix("^(.+)@example\\.com$", { extended: true, caseless: true });
  return [
    expandTemplate(template, groups(pcre, "ann+list@EXAMPLE.com")),
    groups(slow, `${"a".repeat(40)}!`) === null ? "no match" : "a match",
    groups(posix, "Ann@example.com")[1],
  ].join(", ");
}
