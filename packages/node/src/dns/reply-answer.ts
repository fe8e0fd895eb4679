import type { DnsAnswer, MxRecord } from "@fromguard/core";
import type { Answer } from "dns-packet";
import { type QuestionType, type Reply, sameName } from "./message.js";

/** The rows of each type, as core has them. */
export interface Rows {
  readonly MX: MxRecord;
  readonly A: string;
  readonly AAAA: string;
  readonly NS: string;
  readonly TXT: readonly string[];
}

/** Aliases that are followed in all; a chain with more, or a loop, ends nowhere, as in Postfix. */
const MAX_ALIASES = 10;
const NOERROR = 0;

/** What a reply with the code NOERROR or NXDOMAIN says; `alias` where it ends in a name that is still to be asked for. */
export type ReplyAnswer<Row> =
  | DnsAnswer<Row>
  | { readonly kind: "alias"; readonly name: string; readonly aliases: number; readonly ttlSeconds: number };

/**
 * Follows the aliases of a reply from `name` and gathers the records at their end.
 *
 * TTL: the least of the aliases and the records; without records, the least of the aliases and the SOA's own TTL and its
 * minimum, and 0 without a SOA.
 *
 * @param aliases how many aliases led to `name` already
 * @see RFC 1034 section 3.6.2, RFC 2308 sections 2 and 5
 */
export function answerOf<Type extends QuestionType>(
  reply: Reply,
  type: Type,
  { name, aliases }: { readonly name: string; readonly aliases: number },
): ReplyAnswer<Rows[Type]> {
  const answers = reply.answers.filter(isData);
  let owner = name;
  let followed = aliases;
  let ttl = Number.POSITIVE_INFINITY;
  const none = () => ({ kind: "none", ttlSeconds: Math.min(ttl, negativeTtl(reply.authorities, owner) ?? 0) }) as const;
  for (;;) {
    const own = answers.filter((record) => sameName(record.name, owner));
    const records = own.filter((record) => record.type === type);
    if (records.length > 0 && reply.rcode === NOERROR) {
      const rows = records.map(rowOf) as unknown as Rows[Type][];
      return { kind: "records", records: rows, ttlSeconds: Math.min(ttl, ...records.map(ttlOf)) };
    }
    const alias = own.find((record) => record.type === "CNAME");
    if (alias === undefined) break;
    if (++followed > MAX_ALIASES) return { kind: "none", ttlSeconds: 0 };
    ttl = Math.min(ttl, ttlOf(alias));
    owner = canonical(String(alias.data));
  }
  // A recursive server that has followed the chain to its end says so by the SOA of the last name.
  if (owner === name || reply.rcode !== NOERROR || negativeTtl(reply.authorities, owner) !== undefined) return none();
  return { kind: "alias", name: owner, aliases: followed, ttlSeconds: ttl };
}

function negativeTtl(authorities: readonly Answer[], name: string): number | undefined {
  for (const record of authorities) {
    if (!isData(record) || record.type !== "SOA") continue;
    const zone = canonical(record.name);
    if (zone !== "" && zone !== name.toLowerCase() && !name.toLowerCase().endsWith(`.${zone}`)) continue;
    return Math.min(ttlOf(record), seconds(record.data.minimum ?? 0));
  }
  return undefined;
}

type DataRecord = Exclude<Answer, { readonly type: "OPT" }>;

function isData(record: Answer): record is DataRecord {
  return record.type !== "OPT" && record.class === "IN";
}

function rowOf(record: DataRecord): Rows[QuestionType] {
  if (record.type === "TXT") return [record.data].flat().map((part) => Buffer.from(part).toString("latin1"));
  if (record.type === "NS") return canonical(String(record.data));
  if (record.type !== "MX") return String(record.data);
  const { preference = 0, exchange } = record.data as { preference?: number; exchange: string };
  return { preference, exchange: canonical(exchange) };
}

/** dns-packet writes the root as a dot. */
function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

function ttlOf(record: DataRecord): number {
  return seconds(record.ttl ?? 0);
}

/** With the top bit set it is 0 (RFC 2181 section 8). */
function seconds(ttl: number): number {
  return ttl > 0x7fffffff ? 0 : ttl;
}
