/** An MX record: the host is lower-case without a trailing dot; empty for the null MX of RFC 7505. */
export interface MxRecord {
  readonly preference: number;
  readonly exchange: string;
}

/**
 * What a resolver answers to one question. `none` covers NXDOMAIN and NODATA; `failed` means that it could not be found out,
 * with `permanent` where asking again would not help: the server says so by an answer such as FORMERR.
 * TTLs are seconds, where the transport shows them.
 */
export type DnsAnswer<Record> =
  | { readonly kind: "records"; readonly records: readonly Record[]; readonly ttlSeconds?: number }
  | { readonly kind: "none"; readonly ttlSeconds?: number }
  | { readonly kind: "failed"; readonly cause: string; readonly permanent?: boolean };

/** A DNS resolver. Core opens no sockets: the transport is injected. Never rejects. */
export interface Resolver {
  /** The name is in lower-case A-labels. */
  mx(name: string, options: { readonly signal: AbortSignal }): Promise<DnsAnswer<MxRecord>>;
  /** IPv4 addresses as text. */
  a(name: string, options: { readonly signal: AbortSignal }): Promise<DnsAnswer<string>>;
  /** IPv6 addresses as text. */
  aaaa(name: string, options: { readonly signal: AbortSignal }): Promise<DnsAnswer<string>>;
  /** Names of name servers, lower-case without a trailing dot. A resolver without it knows of none. */
  ns?(name: string, options: { readonly signal: AbortSignal }): Promise<DnsAnswer<string>>;
  /** The strings of each TXT record, an octet a character. A resolver without it knows of none. */
  txt?(name: string, options: { readonly signal: AbortSignal }): Promise<DnsAnswer<readonly string[]>>;
}
