import { randomInt } from "node:crypto";
import { type DnsAnswer, isHostName, type Resolver } from "@fromguard/core";
import { askByTcp, askByUdp } from "./exchange.js";
import { encodeQuery, type Query, type QuestionType, type Reply } from "./message.js";
import { type NameServer, nameServers } from "./name-server.js";
import { answerOf, type Rows } from "./reply-answer.js";
import { turnstile } from "./turnstile.js";

/** Options of {@link wireResolver}. */
export interface WireResolverOptions {
  /** Addresses of recursive name servers, `IP`, `IPV4:PORT` or `[IPV6]:PORT`. Default: those of /etc/resolv.conf, read once. */
  readonly servers?: readonly string[];
  /** Milliseconds that one question may take in all, with its wait, every alias and every try. Default 5000. */
  readonly timeoutMs?: number;
  /** How often the list of servers is gone through. Default 2. */
  readonly tries?: number;
  /** Milliseconds that one try at one server may take. Default: `timeoutMs` shared among all tries, yet at least 500. */
  readonly tryMs?: number;
}

/** Questions that are open at once, each with a socket of its own; the others wait. */
export const MAX_OPEN_QUESTIONS = 256;
/** Questions that wait; one more fails at once. */
export const MAX_WAITING_QUESTIONS = 4096;
/** How long a server that did not answer is asked after the others. */
const REST_MS = 30_000;
const MIN_TRY_MS = 500;

const ABORTED = { kind: "failed", cause: "aborted" } as const;
const NOT_ASCII = /[^\0-\x7f]/;

const NOERROR = 0;
const FORMERR = 1;
const SERVFAIL = 2;
const NXDOMAIN = 3;
const NOTIMP = 4;
const REFUSED = 5;
const BADVERS = 16;
const RCODE_NAMES: ReadonlyMap<number, string> = new Map([
  [FORMERR, "FORMERR"],
  [SERVFAIL, "SERVFAIL"],
  [NOTIMP, "NOTIMP"],
  [REFUSED, "REFUSED"],
]);
/** Another server may do better. */
const NEXT_SERVER: ReadonlySet<number> = new Set([SERVFAIL, NOTIMP, REFUSED]);
/** How a server answers that does not know EDNS0 (RFC 6891 section 7). */
const WITHOUT_EDNS: ReadonlySet<number> = new Set([FORMERR, NOTIMP, BADVERS]);

/**
 * A resolver on the network that speaks DNS itself, so that every answer has its TTL: no search domains and no /etc/hosts.
 *
 * Asks recursive servers by UDP with EDNS0, by TCP where the answer was cut, one after another until one answers; a server
 * that was silent comes last for 30 seconds. NXDOMAIN, NODATA, aliases without an end and a name that no host can have are
 * `none`. SERVFAIL, REFUSED, NOTIMP, no answer in time and an abort are `failed`; FORMERR and other codes are so for good.
 * An answer counts only if it comes from the server, with the random id and the name of the question. Put `cachedResolver`
 * of core in front.
 *
 * @throws FromguardError `FG_CONFIG_INVALID` where a server is no IP address
 * @see RFC 1035, RFC 5452 (random ids and ports), RFC 6891 (EDNS0), RFC 7766 (TCP)
 */
export function wireResolver(options: WireResolverOptions = {}): Resolver {
  const servers = nameServers(options.servers);
  const { timeoutMs = 5000, tries = 2 } = options;
  const tryMs = options.tryMs ?? Math.max(MIN_TRY_MS, Math.floor(timeoutMs / (tries * servers.length)));
  const turns = turnstile(MAX_OPEN_QUESTIONS, MAX_WAITING_QUESTIONS);
  const restsUntil = new Map<NameServer, number>();

  async function ask<Type extends QuestionType>(
    name: string,
    type: Type,
    signal: AbortSignal,
  ): Promise<DnsAnswer<Rows[Type]>> {
    if (signal.aborted) return ABORTED;
    if (NOT_ASCII.test(name)) return { kind: "failed", cause: "the name is not in A-labels" };
    if (!isHostName(name)) return { kind: "none" };
    try {
      return await within(timeoutMs, signal, async (signal) => {
        const leave = await turns.enter(signal);
        try {
          return await chase(name, type, signal);
        } finally {
          leave();
        }
      });
    } catch (error) {
      return signal.aborted ? ABORTED : { kind: "failed", cause: messageOf(error) };
    }
  }

  /** Asks for a name, and for each at which the answers end, until one has records or says that there are none. */
  async function chase<Type extends QuestionType>(
    name: string,
    type: Type,
    signal: AbortSignal,
  ): Promise<DnsAnswer<Rows[Type]>> {
    let asked = { name, aliases: 0 };
    let ttl = Number.POSITIVE_INFINITY;
    for (;;) {
      if (!isHostName(asked.name)) return { kind: "none", ttlSeconds: ttl };
      const reply = await askServers(asked.name, type, signal);
      if (reply.rcode !== NOERROR && reply.rcode !== NXDOMAIN)
        return { kind: "failed", cause: rcodeName(reply.rcode), permanent: true };
      const answer = answerOf(reply, type, asked);
      if (answer.kind === "failed") return answer;
      ttl = Math.min(ttl, answer.ttlSeconds ?? 0);
      if (answer.kind !== "alias") return { ...answer, ttlSeconds: ttl };
      asked = answer;
    }
  }

  /** The first reply that settles the question; throws where no server gives one. */
  async function askServers(name: string, type: QuestionType, signal: AbortSignal): Promise<Reply> {
    const failures = new Set<string>();
    for (let round = 0; round < tries; round++) {
      for (const server of inOrder()) {
        try {
          const reply = await within(tryMs, signal, (signal) => askServer(server, name, type, signal));
          restsUntil.delete(server);
          if (!NEXT_SERVER.has(reply.rcode) && !reply.lame) return reply;
          failures.add(`${reply.lame ? "no recursion" : rcodeName(reply.rcode)} from ${server.text}`);
        } catch (error) {
          signal.throwIfAborted();
          restsUntil.set(server, performance.now() + REST_MS);
          failures.add(`${server.text}: ${messageOf(error)}`);
        }
      }
    }
    throw new Error([...failures].join("; "));
  }

  function inOrder(): readonly NameServer[] {
    const now = performance.now();
    const resting = (server: NameServer) => (restsUntil.get(server) ?? 0) > now;
    return [...servers.filter((server) => !resting(server)), ...servers.filter(resting)];
  }

  return {
    mx: (name, { signal }) => ask(name, "MX", signal),
    a: (name, { signal }) => ask(name, "A", signal),
    aaaa: (name, { signal }) => ask(name, "AAAA", signal),
    ns: (name, { signal }) => ask(name, "NS", signal),
    txt: (name, { signal }) => ask(name, "TXT", signal),
  };
}

async function askServer(server: NameServer, name: string, type: QuestionType, signal: AbortSignal): Promise<Reply> {
  const reply = await askOnce(server, queryOf(name, type, true), signal);
  return WITHOUT_EDNS.has(reply.rcode) ? await askOnce(server, queryOf(name, type, false), signal) : reply;
}

async function askOnce(server: NameServer, query: Query, signal: AbortSignal): Promise<Reply> {
  const reply = await askByUdp(server, query, signal);
  return reply.truncated ? await askByTcp(server, query, signal) : reply;
}

function queryOf(name: string, type: QuestionType, edns: boolean): Query {
  return encodeQuery({ id: randomInt(0x10000), name, type, edns });
}

/** Runs with a signal that ends with the outer one, and by itself after `ms`. */
async function within<Result>(
  ms: number,
  outer: AbortSignal,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  outer.throwIfAborted();
  const inner = new AbortController();
  const abort = () => inner.abort(outer.reason);
  outer.addEventListener("abort", abort, { once: true });
  const timer = setTimeout(() => inner.abort(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await run(inner.signal);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener("abort", abort);
  }
}

function rcodeName(rcode: number): string {
  return RCODE_NAMES.get(rcode) ?? `response code ${rcode}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
