import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAddressResolver } from "../../src/address/create-address-resolver.js";
import { settingsOf } from "./settings.js";

const addresses = createAddressResolver(settingsOf({ parameters: { mydestination: "l" } }));
const SYNTAX = { ok: false, reply: "501 5.1.7 Bad sender address syntax" };
const mail = (text: string) => addresses.parse(text, { name: "MAIL", smtputf8: true });

describe("any text gets an answer at once", () => {
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
      { numRuns: 500 },
    );
  });

  it.each(["l!", "l@", "@l", "l%", '"', "\\", "(", "[", ",", "a ", "@l:", "<", "g:", '\\"a@l'])(
    "the longest line of %s costs little",
    (unit) => {
      const longest = unit.repeat(2036).slice(0, 2032);
      const begun = performance.now();
      for (const text of [longest, `${longest}@l`, `"${longest}"@l`]) void mail(text);
      expect(performance.now() - begun).toBeLessThan(1000);
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
