import {
  cachedOwnership,
  createGuard,
  facts,
  failTable,
  firstMatchOwnership,
  loginMap,
  loginOwnsEnvelope,
  type Ownership,
  ownedAddressNeedsLogin,
  pcreTable,
  type Table,
  tableOf,
  unionOwnership,
} from "@fromguard/core";
import { memoryTable } from "@fromguard/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attemptOf, smtpdOf } from "./smtpd-of.js";

const signal = new AbortController().signal;
/** The test's `mydestination` and `myorigin`. */
const localDomains = ["mail.example.com", "localhost.example.com", "example.com"];

const user = fc.constantFrom("a", "a+x", "A+X", "a-x", "b+", "postmaster+x", "owner-a", '"a b"');
const domain = fc.constantFrom("example.com", "Mail.example.com", "y.test");
const key = fc.oneof(
  fc.tuple(user, domain).map(([local, at]) => `${local}@${at}`),
  domain.map((at) => `@${at}`),
  user,
  domain,
);
const owners = fc.constantFrom("ann", "bob", "bob, ann", "ANN\tbob", ",", "", "ann@example.com");
const made = fc.dictionary(key, owners, { minKeys: 2, maxKeys: 12 }).map((entries) => tableOf(entries));
const late = fc.dictionary(key, owners, { maxKeys: 4 }).map((entries) => memoryTable(entries, { late: true }));
const pattern = fc
  .constantFrom(
    "/^a/ ann\n",
    "/^(.*)@y\\.test$/ $1, bob\n",
    "if /x/\n/@example/ ann\nendif\n",
    "/^b/\n",
    "/^([^+@]+)/ $1\n",
  )
  .map((text) => pcreTable(text, { file: "p" }).table);
const table: fc.Arbitrary<Table> = fc.oneof(
  { weight: 6, arbitrary: made },
  { weight: 2, arbitrary: pattern },
  { weight: 1, arbitrary: late },
  { weight: 1, arbitrary: fc.constant(failTable("down")) },
);
const login = fc.constantFrom(null, "ann", "ANN", "bob", "a", "ann@example.com", "bob, ann");

/** What must not change the answers of one source. */
const COMBINED: readonly ((source: Ownership) => Ownership)[] = [
  (source) => source,
  (source) => unionOwnership(source),
  (source) => firstMatchOwnership(source),
  (source) => cachedOwnership(source),
];

describe("login maps as ownership", () => {
  it("decide as smtpd does, whatever the maps and however they are combined", async () => {
    const attempts = fc.record({ login, local: user, at: domain });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...COMBINED),
        fc.array(table, { minLength: 1, maxLength: 3 }),
        fc.constantFrom("", "+", "+-"),
        fc.array(attempts, { minLength: 12, maxLength: 12 }),
        async (combine, tables, recipientDelimiter, list) => {
          const smtpd = smtpdOf({
            sender: "reject_authenticated_sender_login_mismatch, reject_unauthenticated_sender_login_mismatch",
            parameters: { recipient_delimiter: recipientDelimiter },
            maps: { smtpd_sender_login_maps: tables },
          });
          const ownership = combine(loginMap({ tables, recipientDelimiter, localDomains }));
          const guard = createGuard({
            rules: [loginOwnsEnvelope({ ownership }), ownedAddressNeedsLogin({ ownership })],
          });
          for (const { login, local, at } of list) {
            const sender = `${local}@${at}`;
            const { reply } = await smtpd.decide(attemptOf({ login, sender }), { signal });
            const { action } = await guard.check(facts({ login, envelopeFrom: `<${sender}>` }));
            expect([login, sender, action]).toEqual([login, sender, inWords(reply)]);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

function inWords(reply: string): string {
  if (reply.startsWith("250 ")) return "accept";
  return reply.startsWith("553 5.7.1 ") ? "reject" : reply.startsWith("451 ") ? "defer" : reply;
}
