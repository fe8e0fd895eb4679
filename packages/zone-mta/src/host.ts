import type { Readable, Writable } from "node:stream";

/** A field of mailsplit's header: its name in small letters, and its lines, octets as latin1. */
export interface HeaderLine {
  readonly key: string;
  readonly line: string;
}

/** The part of mailsplit's header that is used. */
export interface ZoneHeaders {
  /** The list itself, which is stored and sent. */
  getList(): HeaderLine[];
}

/** The part of ZoneMTA's envelope that is used: one message. */
export interface ZoneEnvelope {
  readonly id?: string;
  readonly interface?: string;
  /** Without brackets; empty or false for the null path. Absent until it was taken from the header. */
  from?: string | false;
  readonly to?: string | readonly string[];
  /** The client's address. */
  readonly origin?: string | false;
  /** The HELO argument. */
  readonly transhost?: string | false;
  readonly user?: unknown;
  /** Whether sender and recipients are those that the header names. */
  readonly envelopeFromHeader?: boolean;
  headers?: ZoneHeaders;
}

/** The part of a session that is used. */
export interface ZoneSession {
  readonly interface: string;
  readonly envelopeId?: string;
  readonly remoteAddress: string;
  readonly hostNameAppearsAs?: string | false;
  readonly user?: unknown;
}

/** An envelope address of smtp-server. */
export interface ZoneAddress {
  readonly address: string;
}

/** An error with which ZoneMTA answers. */
type ZoneRefusal = Error & { readonly responseCode?: number };

/** ZoneMTA as a plugin sees it. */
export interface ZoneApp {
  /** The plugin's section of the configuration. */
  readonly config: unknown;
  /** Its key there. */
  readonly options: { readonly key?: string };
  readonly manager: { readonly context: string };
  readonly logger: {
    info(prefix: string, format: string, ...values: readonly string[]): void;
    error(prefix: string, format: string, ...values: readonly string[]): void;
  };
  addHook(name: string, action: (...values: never[]) => Promise<void>): void;
  addAnalyzerHook(action: (envelope: ZoneEnvelope, source: Readable, destination: Writable) => void): void;
  /** Makes the error of a reply that begins with its code, and tells ZoneMTA's log of it. */
  reject(envelope: ZoneEnvelope, description: string, info: unknown, reply: string): ZoneRefusal;
}
