// Compiled against the packed packages with --strict, with their own declarations checked too.
import {
  createGuard,
  type Decision,
  type FactName,
  facts,
  type Guard,
  headerOriginatorsOwned,
  loginOwnsEnvelope,
  type Ownership,
  ownedAddresses,
  pass,
  type Rule,
  readMessage,
  requireFqdn,
  rule,
} from "@fromguard/core";
import { fakeResolver } from "@fromguard/core/testing";
import { createHandler } from "@fromguard/http";
import { createMilterServer, type MilterServer } from "@fromguard/milter";
import { fileGrants, type ReadTable, readTable } from "@fromguard/node";
import { compilePattern } from "@fromguard/pattern";
import { compilePosix } from "@fromguard/pattern/posix";
import { createPolicyServer, type PolicyServer } from "@fromguard/policy";
import { type Outcome, readMainCf, type Smtpd } from "@fromguard/postfix";
import { guardHooks } from "@fromguard/smtp-server";
import { openPolicyFile, type PolicyFile } from "fromguard";
import { register } from "haraka-plugin-fromguard";
import { init } from "zonemta-fromguard";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

const ownership: Ownership = ownedAddresses({ ann: ["ann@example.com"] });
const guard: Guard = createGuard({
  rules: [requireFqdn(), loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership })],
});
const decided: Decision | Promise<Decision> = guard.decide(facts({ login: "ann", ...readMessage(new Uint8Array()) }));
const action: Promise<"accept" | "reject" | "defer"> = guard.check(facts({})).then((decision) => decision.action);
const needs: readonly FactName[] = guard.needs;

// A rule knows the facts that it names, and no others.
const own = rule("own", ["login"], (known) => {
  const login: string | null = known.login;
  // @ts-expect-error the rule does not ask for it
  known.envelopeFrom;
  return login === null ? pass() : pass();
});
const isNarrow: Same<typeof own, Rule<"login">> = true;

const server: PolicyServer = createPolicyServer({ guard });
const milter: MilterServer = createMilterServer({ guard });
const answer: Promise<Response> | Response = createHandler({ guard, tokens: () => [] })(
  new Request("http://localhost/"),
);
const table: Promise<ReadTable> = readTable("texthash:/etc/postfix/senders");
const policy: Promise<PolicyFile> = openPolicyFile("fromguard.yaml", { host: { name: "own", facts: ["login"] } });
const outcome = (
  smtpd: Smtpd,
  attempt: Parameters<Smtpd["decide"]>[0],
  signal: AbortSignal,
): Outcome | Promise<Outcome> => smtpd.decide(attempt, { signal });
const compiled = compilePattern("a");
// @ts-expect-error a pattern may be refused: there is no matcher then
compiled.matcher;
const matches: boolean | "match-limit" = compiled.ok ? compiled.matcher.test("a") : false;

// @ts-expect-error a rule is no name
createGuard({ rules: ["sender-fqdn"] });
// @ts-expect-error there is no such fact
facts({ logn: "ann" });
// @ts-expect-error nobody changes a decision
(decided as Decision).action = "accept";
// @ts-expect-error addresses are lists
ownedAddresses({ ann: "ann@example.com" });
// @ts-expect-error a fact is no octets of a message
readMessage("From: ann@example.com");

export const used = [
  action,
  answer,
  compilePosix,
  fakeResolver,
  fileGrants,
  guardHooks,
  init,
  isNarrow,
  matches,
  milter,
  needs,
  outcome,
  policy,
  readMainCf,
  register,
  server,
  table,
];
