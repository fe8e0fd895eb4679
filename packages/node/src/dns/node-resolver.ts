import { Resolver as NodeResolver } from "node:dns/promises";
import { type DnsAnswer, FromguardError, type Resolver } from "@fromguard/core";

/** Options of {@link nodeResolver}. */
export interface NodeResolverOptions {
  /** Addresses of name servers, with `:port` where it is not 53. Default: those of /etc/resolv.conf. */
  readonly servers?: readonly string[];
  /** Milliseconds that one question may take in all, with every try at every server. Default 5000. */
  readonly timeoutMs?: number;
  /** How often each server is asked, each time twice as long. Default 2. */
  readonly tries?: number;
}

/**
 * A resolver on the network, by Node's own DNS client (c-ares): no search domains and no /etc/hosts.
 *
 * NXDOMAIN and NODATA are `none`. SERVFAIL, REFUSED, a malformed answer, no answer in time and an abort are `failed`.
 * FORMERR is so for good. There is no TTL for MX nor for `none`: `wireResolver` has them.
 * Each question has its own sockets, so that one abort cancels no other; put `cachedResolver` of core in front.
 *
 * @throws FromguardError `FG_CONFIG_INVALID` where a server is no IP address
 */
export function nodeResolver(options: NodeResolverOptions = {}): Resolver {
  const { servers, timeoutMs = 5000, tries = 2 } = options;
  // Tries take t, 2t, 4t...: their sum is timeoutMs.
  const timeout = Math.max(1, Math.floor(timeoutMs / (2 ** tries - 1)));

  const client = () => {
    const made = new NodeResolver({ timeout, tries });
    if (servers !== undefined) made.setServers(servers);
    return made;
  };
  checkServers(client, servers);

  async function ask<Row>(
    signal: AbortSignal,
    query: (client: NodeResolver) => Promise<DnsAnswer<Row>>,
  ): Promise<DnsAnswer<Row>> {
    if (signal.aborted) return { kind: "failed", cause: "aborted" };
    const asking = client();
    let stopped: string | undefined;
    const stop = (why: string) => {
      stopped ??= why;
      asking.cancel();
    };
    const abort = () => stop("aborted");
    const timer = setTimeout(() => stop(`no answer within ${timeoutMs} ms`), timeoutMs);
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await query(asking);
    } catch (error) {
      return stopped === undefined ? answerOf(error) : { kind: "failed", cause: stopped };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  return {
    mx: (name, { signal }) =>
      ask(signal, async (client) =>
        rowsOf(
          (await client.resolveMx(name)).map(({ priority, exchange }) => ({
            preference: priority,
            exchange: exchange.toLowerCase().replace(/\.$/, ""),
          })),
        ),
      ),
    a: (name, { signal }) => ask(signal, async (client) => addressesOf(await client.resolve4(name, { ttl: true }))),
    aaaa: (name, { signal }) => ask(signal, async (client) => addressesOf(await client.resolve6(name, { ttl: true }))),
    ns: (name, { signal }) =>
      ask(signal, async (client) =>
        rowsOf((await client.resolveNs(name)).map((host) => host.toLowerCase().replace(/\.$/, ""))),
      ),
    txt: (name, { signal }) => ask(signal, async (client) => rowsOf(await client.resolveTxt(name))),
  };
}

function addressesOf(records: readonly { readonly address: string; readonly ttl: number }[]): DnsAnswer<string> {
  return rowsOf(
    records.map(({ address }) => address),
    Math.min(...records.map(({ ttl }) => ttl)),
  );
}

/** A CNAME that ends nowhere gives an empty list, not an error. */
function rowsOf<Row>(records: readonly Row[], ttlSeconds?: number): DnsAnswer<Row> {
  if (records.length === 0) return { kind: "none" };
  return { kind: "records", records, ...(ttlSeconds === undefined ? {} : { ttlSeconds }) };
}

function answerOf(error: unknown): DnsAnswer<never> {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOTFOUND" || code === "ENODATA") return { kind: "none" };
  return { kind: "failed", cause: message, ...(code === "EFORMERR" ? { permanent: true } : {}) };
}

function checkServers(client: () => NodeResolver, servers: readonly string[] | undefined): void {
  if (servers?.length === 0) throw new FromguardError("FG_CONFIG_INVALID", "the list of name servers is empty");
  try {
    client();
  } catch (cause) {
    throw new FromguardError(
      "FG_CONFIG_INVALID",
      `a name server is given as IP or IP:PORT, not as "${servers?.join(", ")}"`,
      { cause },
    );
  }
}
