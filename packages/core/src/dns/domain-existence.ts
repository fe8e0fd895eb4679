import { isHostName } from "../domain/domain.js";
import { parseIpAddress } from "../domain/ip-address.js";
import type { DnsAnswer, MxRecord, Resolver } from "./resolver.js";

/** Whether mail to a domain could go anywhere. `unknown` means that it could not be found out. */
export type DomainExistence =
  | { readonly kind: "exists"; readonly by: "MX" | "A" | "AAAA" }
  | { readonly kind: "not-found" }
  | { readonly kind: "null-mx" }
  /** MX records, none of which names a host. */
  | { readonly kind: "malformed" }
  | { readonly kind: "unknown"; readonly cause: string };

/**
 * Looks a domain up as Postfix's `reject_unknown_sender_domain` does: MX, then A, then AAAA, until one answers.
 *
 * One usable MX record is enough; its host is not looked up. A null MX anywhere in the set, or a set without a usable
 * record, ends the search: an address record does not rescue it. A failed query only counts where no later one succeeds.
 * `name` is in lower-case A-labels.
 *
 * @see postconf(5) reject_unknown_sender_domain, RFC 5321 section 5.1, RFC 7505
 */
export async function domainExistence(
  resolver: Resolver,
  name: string,
  options: { readonly signal: AbortSignal },
): Promise<DomainExistence> {
  const mx = await resolver.mx(name, options);
  const byMx = judgeMx(mx);
  if (byMx !== undefined) return byMx;
  const a = await resolver.a(name, options);
  if (hasRecords(a)) return { kind: "exists", by: "A" };
  const aaaa = await resolver.aaaa(name, options);
  if (hasRecords(aaaa)) return { kind: "exists", by: "AAAA" };
  const failures = Object.entries({ MX: mx, A: a, AAAA: aaaa }).flatMap(([type, answer]) =>
    answer.kind === "failed" ? [`${type} ${name}: ${answer.cause}`] : [],
  );
  return failures.length > 0 ? { kind: "unknown", cause: failures.join("; ") } : { kind: "not-found" };
}

function hasRecords(answer: DnsAnswer<unknown>): boolean {
  return answer.kind === "records" && answer.records.length > 0;
}

function judgeMx(answer: DnsAnswer<MxRecord>): DomainExistence | undefined {
  if (answer.kind !== "records" || answer.records.length === 0) return undefined;
  const hosts = answer.records.map(({ exchange }) => exchange);
  if (hosts.some((host) => host === "" || host === ".")) return { kind: "null-mx" };
  return hosts.some(isMailHost) ? { kind: "exists", by: "MX" } : { kind: "malformed" };
}

/** An address in the place of a name is against RFC 1035 but common, and Postfix lets it pass. */
function isMailHost(host: string): boolean {
  return isHostName(host) || parseIpAddress(host) !== undefined;
}
