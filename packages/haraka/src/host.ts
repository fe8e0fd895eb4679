/** A reply with its codes. What makes it, haraka-dsn, has no types of its own that a user could install. */
interface HarakaReply {
  readonly code: number;
  readonly reply: string;
}

/** Goes on with the next plugin, or answers the client: `DENY` or `DENYSOFT` with a reply. */
export type Next = (answer?: number, reply?: HarakaReply | string) => void;

/** The part of Haraka's envelope address that is read. */
interface HarakaAddress {
  /** In angle brackets; the domain as the client wrote it. */
  format(): string;
}

/** The part of Haraka's header that is used: fields as text with LF at their ends. */
interface HarakaHeader {
  /** The list that is sent; the stream of the message holds the same array. */
  readonly header_list: string[];
  headers: Record<string, string[]>;
  headers_decoded: Record<string, string[]>;
  parse(lines: readonly string[]): void;
}

/** The stored message: its octets as received, and in place of their header the fields of `headers`, where there are any. */
interface HarakaMessageStream {
  headers: readonly string[];
  pipe(destination: NodeJS.WritableStream): unknown;
}

/** What plugins found, by plugin. */
interface HarakaResults {
  add(plugin: HarakaPlugin, found: Readonly<Record<string, string>>): void;
  get(plugin: string): { readonly user?: unknown } | undefined;
}

/** The part of Haraka's transaction that is used: one message. */
export interface HarakaTransaction {
  readonly uuid: string;
  mail_from: HarakaAddress;
  readonly rcpt_to: readonly HarakaAddress[];
  readonly header: HarakaHeader;
  readonly message_stream: HarakaMessageStream;
  readonly discard_data: boolean;
  readonly results: HarakaResults;
  reset_headers(): void;
}

/** The part of Haraka's connection that is used. */
export interface HarakaConnection {
  readonly remote: { readonly ip: string; readonly is_private: boolean; readonly is_local: boolean };
  readonly hello: { readonly host?: string | null };
  readonly relaying: boolean;
  readonly notes: { readonly auth_user?: unknown };
  readonly results: HarakaResults;
  /** Null once the client has gone. */
  readonly transaction: HarakaTransaction | null;
  loginfo(plugin: HarakaPlugin, text: string): void;
  logerror(plugin: HarakaPlugin, text: string): void;
}

/** Haraka's server object. */
export interface HarakaServer {
  readonly cluster?: { readonly isMaster: boolean };
  readonly plugins: {
    readonly registered_hooks: Readonly<Record<string, readonly { readonly plugin: string }[]>>;
  };
}

/** Haraka's configuration as a plugin reads it. */
export interface HarakaConfig {
  get(name: string, onChange: () => void): unknown;
  /** The plugin's own defaults. */
  readonly root_path: string;
  /** Haraka's config folder. */
  readonly overrides_path?: string;
}

/** This plugin as Haraka made it: what the module exports stands on it. */
export interface HarakaPlugin {
  readonly name: string;
  readonly config: HarakaConfig;
  register_hook(hook: string, method: string, priority?: number): void;
  loginfo(text: string): void;
  logwarn(text: string): void;
  logerror(text: string): void;
}
