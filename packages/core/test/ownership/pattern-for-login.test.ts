import { describe, expect, it } from "vitest";
import { patternForLogin } from "../../src/ownership/pattern-for-login.js";

describe("a pattern with a login for one of its groups", () => {
  it.each<[string, number, string, string | undefined]>([
    ["/^(.*)@example\\.com$/", 1, "ann", "/^ann@example\\.com$/"],
    ["/^([^@+]+)(\\+[^@]*)?@example\\.com$/", 1, "ann", "/^ann(\\+[^@]*)?@example\\.com$/"],
    ["/^(.*)@(.*)$/i", 2, "x.test", "/^(.*)@x\\.test$/i"],
    ["/^(?:a|b)-(.*)$/", 1, "ann", "/^(?:a|b)-ann$/"],
    ["/^([[:alpha:]()]+)@x$/", 1, "ann", "/^ann@x$/"],
    ["/^\\((.*)\\)@x$/", 1, "ann", "/^\\(ann\\)@x$/"],
    ["/^((.)(.))@x$/", 1, "ann", "/^ann@x$/"],
    ["#^(.*)@x$#", 1, "a/b", "#^a\\/b@x$#"],
    ["/^(.*)@x$/", 1, "a.b+c$(1)", "/^a\\.b\\+c\\$\\(1\\)@x$/"],
    ["/^(.*)@x$/", 2, "ann", undefined],
    ["/^(.)+@x$/", 1, "ann", undefined],
    ["/^(.*){2}@x$/", 1, "ann", undefined],
    ["/^((.)(.))@x$/", 2, "ann", undefined],
    ["/^(a)@x$|^b@x$/", 1, "ann", undefined],
    ["/^(.*)@\\1$/", 1, "ann", undefined],
    ["/^(?<n>.*)@x$/", 1, "ann", undefined],
    ["/^(?i)(.*)@x$/", 1, "ann", undefined],
    ["/^\\Q(\\E(.*)$/", 1, "ann", undefined],
    ["/^(.*) @x$/x", 1, "ann", undefined],
    ["if /x/ /^(.*)@x$/", 1, "ann", undefined],
    ["/^(.*)@x$/!/y/", 1, "ann", undefined],
    ["!/^(.*)@x$/", 1, "ann", undefined],
    ["/^[(]/", 1, "ann", undefined],
    ["/^([\\]])@x$/", 1, "ann", undefined],
    ["", 1, "ann", undefined],
    ["/", 1, "ann", undefined],
  ])("%s, group %i, %s: %s", (text, group, login, expected) => {
    expect(patternForLogin(text, group, login)).toBe(expected);
  });
});
