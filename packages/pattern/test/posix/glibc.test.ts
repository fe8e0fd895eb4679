import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compilePosix } from "../../src/posix/index.js";

interface Case {
  readonly pattern: string;
  readonly flags: string;
  readonly groups?: number;
  readonly fault?: string;
  /** For each subject: no match, a match without bounds, or the bounds of each group. */
  readonly subjects?: Readonly<Record<string, null | true | readonly (readonly [number, number] | null)[]>>;
}

const FILE = new URL("../vectors/posix/glibc-2.36.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(FILE, "utf8")) as { readonly cases: readonly Case[] };

/** Patterns that glibc matches in ways of its own. This list may only shrink. */
const REFUSED = ["\\(a\\)*\\1b", "a{32767}"];

function optionsOf({ flags, groups }: Case): Parameters<typeof compilePosix>[1] {
  return {
    extended: flags.includes("E"),
    caseless: flags.includes("I"),
    newlineSensitive: flags.includes("N"),
    ...(groups === undefined ? {} : { groups }),
  };
}

describe("a POSIX pattern is what glibc takes it for", () => {
  test.each(cases.map((one) => [`${one.flags}${one.groups ?? ""} ${JSON.stringify(one.pattern)}`, one] as const))(
    "%s",
    (_name, one) => {
      const compiled = compilePosix(one.pattern, optionsOf(one));
      if (one.fault !== undefined) {
        expect(compiled).toMatchObject({ ok: false, code: "syntax", message: one.fault });
        return;
      }
      if (!compiled.ok) {
        expect(REFUSED).toContain(one.pattern);
        return;
      }
      const { matcher } = compiled;
      for (const [subject, expected] of Object.entries(one.subjects ?? {})) {
        expect([subject, matcher.test(subject)]).toEqual([subject, expected !== null]);
        if (expected === true) continue;
        const texts = expected?.map((span) => (span === null ? undefined : subject.slice(...span)));
        expect([subject, matcher.match(subject)]).toEqual([subject, texts ?? null]);
      }
    },
  );
});
