import { tableOf } from "@fromguard/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";
import { attemptOf, smtpdOf } from "./smtpd-of.js";

const MAX_OCTETS = 65_536;
/** A reply holds an address of at most 8192, and a sentence. */
const MAX_REPLY = 8192 + 256;

const rules = [
  "reject_non_fqdn_sender",
  "reject_unknown_sender_domain",
  "reject_known_sender_login_mismatch",
  "check_sender_access inline:{a.test=DUNNO}",
  "check_sender_mx_access static:DUNNO",
  "reject_unlisted_sender",
  "reject_rhsbl_sender list.test",
].map((rule) => `warn_if_reject ${rule}`);
const maps = { smtpd_sender_login_maps: [tableOf({ "a@a.test": "ann" })] };
const strict = smtpdOf({ sender: rules.join(", "), relay: "reject_unauth_destination", maps });
const early = smtpdOf({
  sender: rules.join(", "),
  maps,
  parameters: { smtpd_delay_reject: "no", smtputf8_enable: "no", line_length_limit: "100000" },
});

const octet = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const word = fc.oneof(
  fc.string({ unit: octet, maxLength: 32 }),
  fc.string({ unit: anyCharacter, maxLength: 32 }),
  fc.constantFrom(
    "a@a.test",
    "ü@ü.test",
    '"',
    "@",
    "%",
    "!",
    "<",
    "(",
    "\\",
    "[",
    "[IPv6:",
    "@a:",
    "xn--",
    ".",
    "\0",
    "\ud800",
  ),
);
/** Any text; some of it is a short one that goes on and on. */
const text = fc
  .tuple(fc.array(word, { maxLength: 6 }), word, fc.constantFrom(0, 0, 0, 1, 100, 1000, MAX_OCTETS))
  .map(([words, again, times]) => (words.join("") + again.repeat(times)).slice(0, MAX_OCTETS));

it("decides about any sender up to 64 KiB, and never breaks", async () => {
  await fc.assert(
    fc.asyncProperty(text, text, fc.boolean(), async (sender, recipient, smtputf8) => {
      for (const smtpd of [strict, early]) {
        const attempt = attemptOf({ sender, recipient, smtputf8, login: "ann" });
        const { reply } = await smtpd.decide(attempt, { signal: new AbortController().signal });
        expect(reply).toMatch(/^[245]\d\d [245]\.\d+\.\d+ [^\x00-\x1f\x7f]*$/);
        expect(reply).not.toContain("internal error");
        expect(reply.length).toBeLessThan(MAX_REPLY);
      }
    }),
    { numRuns: 150 },
  );
});
