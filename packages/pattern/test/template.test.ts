// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${1} is a replacement text of Postfix
import { describe, expect, test } from "vitest";
import { expandTemplate, parseTemplate } from "../src/index.js";

const CAPTURES = ["whole", "one", undefined, "three"];

describe("templates expand as Postfix does", () => {
  test.each([
    ["$1", "one"],
    ["${1}x$(3)y", "onexthreey"],
    ["$$1 $$", "$1 $"],
    ["a${2}b", "ab"],
    ["${01},$3", "one,three"],
    ["$1-$3", "one-three"],
    ["", ""],
  ])("%s", (text, expanded) => {
    const parsed = parseTemplate(text);
    expect(parsed.ok && expandTemplate(parsed.template, CAPTURES)).toBe(expanded);
  });

  test("the highest group is known", () => {
    expect(parseTemplate("$2 ${11} $1")).toMatchObject({ ok: true, template: { highestGroup: 11 } });
    // Postfix reads the number with atoi.
    expect(parseTemplate("${99999999999}")).toMatchObject({ ok: true, template: { highestGroup: 1215752191 } });
  });
});

describe("malformed templates give Postfix's messages", () => {
  test.each([
    ["$name", ['non-numeric replacement index "name"']],
    ["$1x", ['non-numeric replacement index "1x"']],
    ["${1?yes}", ['non-numeric replacement index "1?yes"']],
    ["$x $0", ['non-numeric replacement index "x"', 'out of range replacement index "0"']],
    ["${99999999999999999999}", ['out of range replacement index "99999999999999999999"']],
    ["a$", ['empty macro name: "a$"']],
    ["$()", ['empty macro name: "$()"']],
    ["$x ${", ['non-numeric replacement index "x"', 'truncated macro reference: "$x ${"']],
    ["$(1}", ['truncated macro reference: "$(1}"']],
    ["${a{b}c}", ['non-numeric replacement index "a{b}c"']],
  ])("%s", (text, messages) => {
    const parsed = parseTemplate(text);
    expect(parsed.ok ? [] : parsed.faults.map(({ message }) => message)).toEqual(messages);
  });
});
