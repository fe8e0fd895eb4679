import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compilePattern, MAX_STEPS, parsePattern } from "../src/index.js";
import { Machine } from "../src/machine/matcher.js";

const recorded: [pattern: string, subject: string, found: (string | null)[] | null][] = JSON.parse(
  readFileSync(new URL("./vectors/libpcre2-10.42.json", import.meta.url), "utf8"),
);

function machineOf(text: string, maxSteps = MAX_STEPS): Machine {
  const parsed = parsePattern(text);
  if (!parsed.ok) throw new TypeError(parsed.message);
  return new Machine(parsed.pattern, maxSteps);
}

describe("steps grow with the subject, not faster", () => {
  test.each([
    ["(a+)+$", "a", "!"],
    ["^(a+)+$", "a", "!"],
    ["^(a|a)*b", "a", ""],
    ["(a|a)*b", "a", ""],
    ["(a*)*b", "a", ""],
    ["((a*)*)*b", "a", ""],
    ["^(.*)*x$", "a", ""],
    ["(?:(a)|b)*c", "ab", ""],
    ["(?:a|ab|b|ba)*c", "ab", ""],
    ["a*a*a*a*b", "a", ""],
    [".*.*.*=.*x", "=", ""],
    ["(.*?,){11}P", "1,", ""],
    ["([a-z]+)*@", "ab", ""],
    ["[a-z]++@", "ab", ""],
    ["a*?a*?a*?b", "a", ""],
    ["(?:a?){20}a{20}b", "a", ""],
    ["(?:ab)+c|(?:ab)+d", "ab", ""],
    ["(|a)+b", "a", ""],
    ["(a|b?)*c", "ab", ""],
  ])("%s", (text, turn, end) => {
    const machine = machineOf(text, 1e9);
    const steps = [1000, 2000, 4000].map((length) => machine.run(turn.repeat(length / turn.length) + end).steps);
    expect(steps[1]! / steps[0]!).toBeLessThan(2.3);
    expect(steps[2]! / steps[1]!).toBeLessThan(2.3);
    expect(machine.program.stepsPerOctet * 4002).toBeGreaterThan(steps[2]!);
  });
});

describe("what is not linear ends at the step limit", () => {
  test.each([
    ["(a*)\\1*b", "a"],
    ["^(a*)*\\1b", "a"],
    ["(?=(?=(?=a*b)a*b)a*b|.)*.*c", "a"],
    ["^(?:(?=.*x)a|(?=.*y)a|a)*b", "a"],
    ["(?>(a+|b)*)*c", "ab"],
    ["^((?:a|a(?1))*)c", "a"],
    ["(?R)?a|a(?R)?b", "a"],
    ["(?:(a)|b)*(?(1)c|d)e", "ab"],
    ["(a+)+(*THEN)b", "a"],
    ["^(?:(?:a{1,60}){1,60}){1,60}b", "a"],
    ["^(?:(?:(?:a?)*)*)*(?:(?:a*)*)*\\b!", "a"],
  ])("%s", (text, turn) => {
    for (const length of [100, 4096, 65_536]) {
      const { outcome, steps } = machineOf(text).run(turn.repeat(length / turn.length));
      expect(outcome).not.toBe("match");
      if (outcome === "no-match") expect(steps).toBeLessThanOrEqual(MAX_STEPS);
      // What was begun is ended: the limit is passed by no more than one instruction's work.
      else expect(steps).toBeLessThan(MAX_STEPS + 4 * 65_536);
    }
  });

  test("the limit can be set, and is an answer of its own", () => {
    const compiled = compilePattern("(a*)\\1*b", { maxSteps: 1000 });
    expect(compiled.ok && compiled.matcher.match("a".repeat(500))).toBe("match-limit");
    expect(compiled.ok && compiled.matcher.test("a".repeat(500))).toBe("match-limit");
    expect(compiled.ok && compiled.matcher.test("aab")).toBe(true);
  });

  test("a call of a group at the same place within itself is the limit at once", () => {
    expect(machineOf("(a|(?1)b)c").match("xc")).toBe("match-limit");
  });

  test("only patterns that can reach the limit say so", () => {
    const says = (text: string): boolean | undefined => {
      const compiled = compilePattern(text);
      return compiled.ok ? compiled.matcher.mayReachLimit(4096) : undefined;
    };
    expect(["^(a+)+$", "[a-z]+@x", "(?|(a)|(b))", "\\R{2}x", "(?>ab|a)c"].map(says)).toEqual(Array(5).fill(false));
    expect(["(.)\\1", "a(?R)?b", "^(?>a+)b", "a(*PRUNE)b", "(a)?(?(1)b)"].map(says)).toEqual(Array(5).fill(true));
  });
});

// Written by libpcre2 10.42 itself.
describe("tricky constructs match as libpcre2 10.42 was recorded to", () => {
  test.each(recorded)("%s on %j", (text, subject, found) => {
    const compiled = compilePattern(text);
    const got = compiled.ok ? compiled.matcher.match(subject) : compiled.message;
    expect(Array.isArray(got) ? Array.from(got, (capture) => capture ?? null) : got).toEqual(found);
  });
});
