import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { createSecureContext } from "node:tls";
import { FromguardError, isFromguardError } from "@fromguard/core";
import { MIN_SECRET, type Token } from "@fromguard/http";
import { followFiles, type KeyPath, type Stamped, stampOf } from "@fromguard/node";
import { type Config, reasonOf } from "../config/config.js";
import type { Follower, Following } from "../config/following.js";

/** A certificate with its key, and whose certificates clients must have. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer | undefined;
}

/** The secrets of one HTTP listener, as they are now. */
export interface HttpSecrets {
  /** Undefined where the configuration names none. */
  readonly tokens: readonly Token[] | undefined;
  readonly tls: TlsFiles | undefined;
}

/** The secrets of every HTTP listener, which follow their files. */
export interface OpenSecrets {
  /** By the place of the listener; undefined for one of another kind. */
  readonly of: (listener: number) => (() => HttpSecrets) | undefined;
  readonly followers: readonly Follower[];
}

type HttpEntry = Extract<Config["listeners"][number], { readonly kind: "http" }>;
interface Read extends HttpSecrets, Stamped {}

const MAX_TOKEN_FILE = 64 * 1024;

/**
 * Reads the tokens and certificates of HTTP listeners, and again when their files change: both at once or, where one is broken, neither.
 *
 * @throws FromguardError with the place in the configuration, or in the file of tokens
 */
export async function openSecrets(config: Config, { checkMs = 0, onReload }: Following): Promise<OpenSecrets> {
  const opened = new Map<number, () => HttpSecrets>();
  const followers: Follower[] = [];
  for (const [index, entry] of config.listeners.entries()) {
    if (entry.kind !== "http") continue;
    const about = { what: "http-secrets", source: entry.options.http } as const;
    const read = (stamps: Map<string, string>) => readSecrets(entry, ["listeners", index], config, stamps);
    const following = followFiles<Read>(await read(new Map()), {
      checkMs,
      read,
      onRead: () =>
        onReload?.({
          ...about,
          kind: "replaced",
          text: `the secrets of ${about.source} were read again`,
          place: {},
          warnings: [],
        }),
      onFault: (error) => {
        const [why, place] = isFromguardError(error) ? [error.message, error.place] : [String(error), {}];
        const text = `${why}; the secrets that were read before stay in use`;
        onReload?.({ ...about, kind: "kept", text, place, warnings: [] });
      },
    });
    opened.set(index, () => following.current);
    if (following.current.stamps.size > 0)
      followers.push({
        ...about,
        get stamps() {
          return following.current.stamps;
        },
        warnings: [],
        reload: () => following.reload(),
        close: () => following.close(),
      });
  }
  return { of: (listener) => opened.get(listener), followers };
}

async function readSecrets(
  { options }: HttpEntry,
  path: KeyPath,
  config: Config,
  stamps: Map<string, string>,
): Promise<Read> {
  const folder = dirname(config.document.file);
  const octetsOf = async (name: string, at: KeyPath): Promise<Buffer> => {
    const file = resolve(folder, name);
    stamps.set(file, await stampOf(file));
    try {
      return await readFile(file);
    } catch (cause) {
      const place = config.document.place([...path, ...at]);
      throw new FromguardError("FG_FILE_UNREADABLE", `${file}: cannot be read: ${reasonOf(cause)}`, { place, cause });
    }
  };
  let tokens: Token[] | undefined;
  for (const [index, { name, file, secret, rights }] of (options.tokens ?? []).entries()) {
    const secrets =
      file === undefined
        ? [secret ?? ""]
        : secretsIn(await octetsOf(file, ["tokens", index, "file"]), resolve(folder, file));
    tokens = [...(tokens ?? []), ...secrets.map((each) => ({ name, secret: each, rights }))];
  }
  const { tls } = options;
  if (tls === undefined) return { tokens, tls: undefined, stamps };
  const files: TlsFiles = {
    cert: await octetsOf(tls.certificate, ["tls", "certificate"]),
    key: await octetsOf(tls.key, ["tls", "key"]),
    ca: tls["client-ca"] === undefined ? undefined : await octetsOf(tls["client-ca"], ["tls", "client-ca"]),
  };
  try {
    createSecureContext({ ...files, ca: files.ca });
  } catch (cause) {
    const place = config.document.place([...path, "tls"]);
    const why = `cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new FromguardError("FG_CONFIG_INVALID", why, { place, cause });
  }
  return { tokens, tls: files, stamps };
}

/** One secret a line; blank lines and those that begin with `#` are none. */
function secretsIn(octets: Buffer, file: string): readonly string[] {
  const fault = (what: string, line?: number) =>
    new FromguardError("FG_CONFIG_INVALID", what, { place: line === undefined ? { file } : { file, line } });
  if (octets.length > MAX_TOKEN_FILE) throw fault("longer than 64 KiB");
  const lines = octets.toString("latin1").split(/\r?\n/);
  const secrets = lines.flatMap((line, index) => {
    const secret = line.trim();
    if (secret === "" || secret.startsWith("#")) return [];
    // The line itself is a secret: it is not shown.
    if (!/^[\x21-\x7e]+$/.test(secret)) throw fault("a secret must be printable ASCII without blanks", index + 1);
    if (secret.length < MIN_SECRET) throw fault(`a secret must have at least ${MIN_SECRET} characters`, index + 1);
    return [secret];
  });
  if (secrets.length === 0) throw fault("has no secret: write one a line");
  return secrets;
}
