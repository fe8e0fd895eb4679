import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { createAddressResolver } from "../../src/address/create-address-resolver.js";
import { TokenList } from "../../src/address/token-list.js";
import type { MatchList } from "../../src/lists/match-list.js";
import { settingsOf } from "./settings.js";

/** The longest address that is resolved. */
const MAX_ADDRESS = 8192;

const addresses = createAddressResolver(settingsOf({ parameters: { mydestination: "l" } }));
const SYNTAX = { ok: false, reply: "501 5.1.7 Bad sender address syntax" };
const mail = (text: string) => addresses.parse(text, { name: "MAIL", smtputf8: true });

describe("any text gets an answer", () => {
  it("never throws, and resolves what it accepts", () => {
    const unit = fc.oneof(fc.constantFrom(...'al@%!"\\()<>[],;:.| \t\0\r\n-'.split("")), fc.string({ unit: "binary" }));
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
      { numRuns: 200 },
    );
  });

  it.each(["l!", "l@", "@l", "l%", "!", "%", "!l", "l!%", "%l!", ". @l", ":@l", "@l:", '\\"a@l', "l."])(
    "looks at each token of a chain of %s a few times",
    (unit) => {
      const at = vi.spyOn(TokenList.prototype, "at");
      let asked = 0;
      const mydestination: MatchList<string> = {
        has(domain) {
          asked++;
          return domain === "l" ? { kind: "listed", entry: "l" } : { kind: "not-listed" };
        },
      };
      const all = createAddressResolver(settingsOf({ lists: { mydestination } }), { maxCached: 0 });
      const chain = unit.repeat(MAX_ADDRESS).slice(0, MAX_ADDRESS - 4);
      for (const text of [chain, `${chain}@l`, `"${chain.slice(0, -2)}"@l`, `l%${chain}`]) {
        asked = 0;
        at.mockClear();
        expect(all.resolve(text)).toHaveProperty("kind");
        expect(at.mock.calls.length).toBeLessThan(20 * MAX_ADDRESS);
        expect(asked).toBeLessThanOrEqual(MAX_ADDRESS);
      }
      at.mockRestore();
    },
  );

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
