import {
  domainExists,
  loginMap,
  loginOwnsEnvelope,
  ownershipOf,
  pass,
  pcreTable,
  type Rule,
  rule,
  unknown,
  type Verdict,
} from "@fromguard/core";
import { failingOwnership, failingTable, hangingOwnership } from "@fromguard/core/testing";
import { askPolicyServer, nodeResolver } from "@fromguard/node";
import type { Sources } from "./sources.js";

const DNS_MS = 200;
const PEER_MS = 1000;

/** What can go wrong in a rule, by name: each must end in a deferral, wherever the rule runs. */
export function failures(sources: Sources): Readonly<Record<string, Rule>> {
  return {
    "dns-timeout": domainExists({ resolver: nodeResolver({ servers: [sources.silent], timeoutMs: DNS_MS }) }),
    "table-down": loginOwnsEnvelope({ ownership: loginMap({ tables: [failingTable()] }) }),
    "table-down-late": loginOwnsEnvelope({ ownership: loginMap({ tables: [failingTable({ late: true })] }) }),
    "source-throws": loginOwnsEnvelope({ ownership: failingOwnership({ throws: true }) }),
    "source-tells-too-little": loginOwnsEnvelope({ ownership: ownershipOf(() => [], { name: "empty" }) }),
    deadline: loginOwnsEnvelope({ ownership: hangingOwnership() }),
    limit: rule("limit", [], () => tooManySteps()),
    "rule-throws": rule("rule-throws", [], () => {
      throw new Error("a bug\r\n250 of ours");
    }),
    "rule-rejects": rule("rule-rejects", [], () => Promise.reject(new Error("a bug of ours"))),
    "rule-says-nothing": rule("rule-says-nothing", [], () => undefined as unknown as Verdict),
    "peer-half-closed": asks(sources.halfClosed),
    "peer-oversized": asks(sources.oversized),
    "peer-unknown-word": asks(sources.unknownWord),
    "peer-refused": asks(sources.refused),
  };
}

/** A lookup that a table gives up: a PCRE map does so sooner than a POSIX one. */
function tooManySteps(): Verdict {
  const { table } = pcreTable("/^(.*)(.*)\\1\\2c$/ y\n", { file: "map" });
  const found = table.lookup("ab".repeat(2000));
  if (found instanceof Promise || found.kind !== "error") throw new Error("the limit was not met");
  return unknown(found.code, found.cause);
}

/** A rule that lets another policy server decide. */
function asks(endpoint: string): Rule {
  return rule("asks", ["envelopeFrom"], async ({ envelopeFrom }, { signal }) => {
    const request = [["sender", envelopeFrom.text]] as const;
    const reply = await askPolicyServer({ endpoint: `inet:${endpoint}`, timeoutMs: PEER_MS }, request, { signal });
    if (!reply.ok) return unknown("peer-failed", reply.cause);
    const action = reply.attributes.find(([name]) => name === "action")?.[1];
    return action === "DUNNO" ? pass() : unknown("peer-failed", "no action that is known");
  });
}
