import { isHostName } from "../domain/domain.js";
import { parseIpAddress } from "../domain/ip-address.js";
import { andThen } from "../verdict/and-then.js";
import type { DnsAnswer, MxRecord, Resolver } from "./resolver.js";

/** Whether mail to a domain could go anywhere. `unknown` means that it could not be found out. */
export type DomainExistence =
  | { readonly kind: "exists"; readonly by: "MX" | "A" | "AAAA" }
  | { readonly kind: "not-found" }
  | { readonly kind: "null-mx" }
  /** MX records, none of which names a host. */
  | { readonly kind: "malformed" }
  /** Every query that failed would fail again; the others found nothing. */
  | { readonly kind: "unanswerable"; readonly cause: string }
  | { readonly kind: "unknown"; readonly cause: string };

/**
 * Looks a domain up as Postfix's `reject_unknown_sender_domain` does: MX, then A, then AAAA, until one answers.
 *
 * One usable MX record is enough; its host is not looked up. A null MX anywhere in the set, or a set without a usable
 * record, ends the search: an address record does not rescue it. A failed query only counts where no later one succeeds.
 * `name` is in lower-case A-labels. Without a promise where every query was answered at once.
 *
 * @see postconf(5) reject_unknown_sender_domain, RFC 5321 section 5.1, RFC 7505
 */
export function domainExistence(
  resolver: Resolver,
  name: string,
  options: { readonly signal: AbortSignal },
): DomainExistence | Promise<DomainExistence> {
  const mx = resolver.mx(name, options);
  return mx instanceof Promise
    ? mx.then((late) => existenceByMx(late, resolver, name, options))
    : existenceByMx(mx, resolver, name, options);
}

function existenceByMx(
  mx: DnsAnswer<MxRecord>,
  resolver: Resolver,
  name: string,
  options: { readonly signal: AbortSignal },
): DomainExistence | Promise<DomainExistence> {
  const byMx = judgeMx(mx);
  if (byMx !== undefined) return byMx;
  return andThen(resolver.a(name, options), (a) => {
    if (hasRecords(a)) return { kind: "exists", by: "A" };
    return andThen(resolver.aaaa(name, options), (aaaa) =>
      hasRecords(aaaa) ? { kind: "exists", by: "AAAA" } : nothingFound(name, { MX: mx, A: a, AAAA: aaaa }),
    );
  });
}

/**
 * Looks a host up as Postfix's `reject_unknown_helo_hostname` does: A, then AAAA, then MX. Here a query that might succeed
 * later weighs more than MX records that name no host, and any failure more than a null MX.
 *
 * @see postconf(5) reject_unknown_helo_hostname
 */
export async function hostExistence(
  resolver: Resolver,
  name: string,
  options: { readonly signal: AbortSignal },
): Promise<DomainExistence> {
  const a = await resolver.a(name, options);
  if (hasRecords(a)) return { kind: "exists", by: "A" };
  const aaaa = await resolver.aaaa(name, options);
  if (hasRecords(aaaa)) return { kind: "exists", by: "AAAA" };
  const mx = await resolver.mx(name, options);
  const byMx = judgeMx(mx);
  if (byMx?.kind === "exists") return byMx;
  const failed = nothingFound(name, { A: a, AAAA: aaaa, MX: mx });
  const weighsMore = failed.kind === "unknown" || (failed.kind === "unanswerable" && byMx?.kind === "null-mx");
  return byMx === undefined || weighsMore ? failed : byMx;
}

/** The most severe of what kept queries from an answer: one that might succeed later, one that never will, no records. */
function nothingFound(name: string, answers: Readonly<Record<string, DnsAnswer<unknown>>>): DomainExistence {
  const failures = (permanent: boolean) =>
    Object.entries(answers).flatMap(([type, answer]) =>
      answer.kind === "failed" && (answer.permanent ?? false) === permanent ? [`${type} ${name}: ${answer.cause}`] : [],
    );
  const temporary = failures(false);
  if (temporary.length > 0) return { kind: "unknown", cause: temporary.join("; ") };
  const permanent = failures(true);
  return permanent.length > 0 ? { kind: "unanswerable", cause: permanent.join("; ") } : { kind: "not-found" };
}

function hasRecords(answer: DnsAnswer<unknown>): boolean {
  return answer.kind === "records" && answer.records.length > 0;
}

const BY_MX: DomainExistence = { kind: "exists", by: "MX" };

function judgeMx(answer: DnsAnswer<MxRecord>): DomainExistence | undefined {
  if (answer.kind !== "records" || answer.records.length === 0) return undefined;
  let isUsable = false;
  for (const { exchange } of answer.records) {
    if (exchange === "" || exchange === ".") return { kind: "null-mx" };
    isUsable ||= isMailHost(exchange);
  }
  return isUsable ? BY_MX : { kind: "malformed" };
}

/**
 * Whether an MX record may name this host. An address in the place of a name is against RFC 1035 but common, and Postfix lets it
 * pass.
 */
export function isMailHost(host: string): boolean {
  return isHostName(host) || parseIpAddress(host) !== undefined;
}
