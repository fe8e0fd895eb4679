import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";
import { createAddressResolver } from "../../src/address/create-address-resolver.js";
import { TokenList } from "../../src/address/token-list.js";
import type { MatchList } from "../../src/lists/match-list.js";
import { settingsOf } from "./settings.js";

/** The longest address that is resolved. */
const MAX_ADDRESS = 8192;

const addresses = createAddressResolver(settingsOf({ parameters: { mydestination: "l" } }));
const SYNTAX = { ok: false, reply: "501 5.1.7 Bad sender address syntax" };
const MAIL = { name: "MAIL", smtputf8: true } as const;
const mail = (text: string) => addresses.parse(text, MAIL);

/** A resolver without a cache, and how often it has looked at tokens and asked for domains since it was last read. */
function counted() {
  const at = vi.spyOn(TokenList.prototype, "at");
  let asked = 0;
  const mydestination: MatchList<string> = {
    has(domain) {
      asked++;
      return domain === "l" ? { kind: "listed", entry: "l" } : { kind: "not-listed" };
    },
  };
  const all = createAddressResolver(settingsOf({ lists: { mydestination } }), { maxCached: 0 });
  const looked = () => {
    const counts = { looks: at.mock.calls.length, asked };
    at.mockClear();
    asked = 0;
    return counts;
  };
  return { all, looked };
}

function expectFew({ looks, asked }: { readonly looks: number; readonly asked: number }, length: number) {
  expect(looks).toBeLessThan(20 * length);
  expect(asked).toBeLessThanOrEqual(length);
}

describe("any text gets an answer", () => {
  it("never throws, and resolves what it accepts", () => {
    const unit = fc.oneof(
      fc.constantFrom(...'al@%!"\\()<>[],;:.| \t\0\r\n-'.split("")),
      fc.string({ unit: anyCharacter }),
    );
    fc.assert(
      fc.property(
        fc.string({ unit, maxLength: 300 }),
        fc.constantFrom("MAIL", "RCPT"),
        fc.boolean(),
        (text, name, smtputf8) => {
          const parsed = addresses.parse(text, { name, smtputf8 });
          if (parsed instanceof Promise) throw new Error("a promise from tables in memory");
          if (!parsed.ok) expect(parsed.reply).toMatch(/^5\d\d 5\.[0-9.]+ [^\x00-\x1f\x7f]+$/);
          else if (parsed.internal !== "")
            expect(addresses.resolve(parsed.internal)).toMatchObject({ kind: "resolved" });
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each(["l!", "l@", "@l", "l%", "!", "%", "!l", "l!%", "%l!", ". @l", ":@l", "@l:", '\\"a@l', "l."])(
    "looks at each token of a chain of %s a few times",
    (unit) => {
      const { all, looked } = counted();
      const chain = unit.repeat(MAX_ADDRESS).slice(0, MAX_ADDRESS - 4);
      for (const text of [chain, `${chain}@l`, `"${chain.slice(0, -2)}"@l`, `l%${chain}`]) {
        expect(all.resolve(text)).toHaveProperty("kind");
        expectFew(looked(), MAX_ADDRESS);
      }
    },
  );

  // What becomes of the longest line, of it with @l behind it, and of it in quotes.
  it.each<[string, (longest: string) => readonly (string | undefined)[]]>([
    ["l!", (longest) => [longest, `${longest}@l`, `${longest}@l`]],
    ["l@", (longest) => [longest, `${longest}@l`, `${longest}@l`]],
    ["@l", (longest) => [longest, `${longest}@l`, `${longest}@l`]],
    ["l%", (longest) => [longest, `${longest}@l`, `${longest}@l`]],
    ["@l:", (longest) => [longest.slice(3), `${longest.slice(3)}@l`, `${longest}@l`]],
    ["g:", (longest) => [longest, `${longest}@l`, `${longest}@l`]],
    ['"', () => [undefined, undefined, undefined]],
    ['\\"a@l', () => [undefined, undefined, undefined]],
    ["\\", () => ["\\".repeat(1016), `${"\\".repeat(1016)}@l`, `${"\\".repeat(1016)}@l`]],
    ["(", (longest) => ["", "", `${longest}@l`]],
    ["[", (longest) => [`${longest}]`, undefined, `${longest}@l`]],
    [",", (longest) => ["", "@l", `${longest}@l`]],
    ["a ", (longest) => [undefined, undefined, `${longest}@l`]],
    ["<", (longest) => [undefined, undefined, `${longest}@l`]],
  ])("takes or refuses the longest line of %s, and looks at each token a few times", (unit, expected) => {
    const { all, looked } = counted();
    const longest = unit.repeat(2036).slice(0, 2032);
    for (const [index, line] of [longest, `${longest}@l`, `"${longest}"@l`].entries()) {
      const internal = expected(longest)[index];
      expect(all.parse(line, MAIL)).toEqual(internal === undefined ? SYNTAX : { ok: true, internal });
      expectFew(looked(), line.length);
    }
  });

  it("takes a line up to line_length_limit and no longer", () => {
    const fits = `${"a".repeat(2048 - "MAIL FROM:<@l>".length)}@l`;
    expect(mail(fits)).toEqual({ ok: true, internal: fits });
    expect(mail(`a${fits}`)).toEqual(SYNTAX);
    expect(mail("a".repeat(65_536))).toEqual(SYNTAX);
    expect(addresses.resolve(`${"a".repeat(65_536)}@l`)).toEqual({ kind: "error" });
  });

  it("gives up where empty_address_recipient is itself empty", () => {
    const endless = createAddressResolver(settingsOf({ parameters: { empty_address_recipient: "" } }));
    expect(endless.resolve("@example.com")).toMatchObject({ kind: "unknown" });
  });
});
