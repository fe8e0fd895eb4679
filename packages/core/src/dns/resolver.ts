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

/** At once where the answer is in memory, else a promise that never rejects. */
export type Answered<Record> = DnsAnswer<Record> | Promise<DnsAnswer<Record>>;

/** A DNS resolver. Core opens no sockets: the transport is injected. Never throws. The signal is read only by who has to wait. */
export interface Resolver {
  /** The name is in lower-case A-labels. */
  mx(name: string, options: { readonly signal: AbortSignal }): Answered<MxRecord>;
  /** IPv4 addresses as text. */
  a(name: string, options: { readonly signal: AbortSignal }): Answered<string>;
  /** IPv6 addresses as text. */
  aaaa(name: string, options: { readonly signal: AbortSignal }): Answered<string>;
  /** Names of name servers, lower-case without a trailing dot. A resolver without it knows of none. */
  ns?(name: string, options: { readonly signal: AbortSignal }): Answered<string>;
  /** The strings of each TXT record, an octet a character. A resolver without it knows of none. */
  txt?(name: string, options: { readonly signal: AbortSignal }): Answered<readonly string[]>;
}
