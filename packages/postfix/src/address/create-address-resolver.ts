import type { Settings } from "../smtpd/settings.js";
import { addressParser } from "./address-parser.js";
import type { AddressResolver, Resolution } from "./address-resolver.js";
import { localDomains } from "./local-domain.js";
import { ownAddresses } from "./own-addresses.js";
import { resolverOf } from "./resolve.js";
import { rewriteAddress, rewriteOptions } from "./rewrite.js";
import { dependsOnSender } from "./routes.js";

/** What main.cf does not say about this host. */
export interface AddressResolverOptions {
  /** Every address of this host, of which `inet_interfaces` leaves some or all. Default `127.0.0.1` and `::1`. */
  readonly ownAddresses?: readonly string[];
  /** Answers that are kept, the one not asked for longest first out; 0 keeps none. Default 1000. */
  readonly maxCached?: number;
  /** How long an answer is kept, in milliseconds: a table that changes is noticed by then. Default 30 seconds, as in Postfix. */
  readonly maxAgeMs?: number;
  /** The clock, in milliseconds, that only goes forward. Default `performance.now`. */
  readonly now?: () => number;
}

const LOOPBACK = ["127.0.0.1", "::1"];
const MAX_CACHED = 1000;
const MAX_AGE_MS = 30_000;
/** UTF-16 units beyond which no address is resolved; smtpd takes no line as long. */
const MAX_ADDRESS = 8192;

/**
 * Makes what rewrites and resolves addresses as trivial-rewrite does for these settings, in smtpd's order and words.
 *
 * Answers without a promise, and keeps the answer, where every table and list that is asked is in memory; what another answered
 * may change, and what could not be answered is asked again.
 *
 * @see Postfix trivial-rewrite(8), smtpd(8)
 */
export function createAddressResolver(settings: Settings, options: AddressResolverOptions = {}): AddressResolver {
  const {
    ownAddresses: hostAddresses = LOOPBACK,
    maxCached = MAX_CACHED,
    maxAgeMs = MAX_AGE_MS,
    now = () => performance.now(),
  } = options;
  const rewriting = rewriteOptions(settings.config);
  const own = ownAddresses(settings.config, hostAddresses);
  const resolveRewritten = resolverOf({ settings, rewriting, isLocal: localDomains(settings, own) });
  const forSender = dependsOnSender(settings);
  const kept = new Map<string, { readonly resolution: Resolution; readonly until: number }>();

  const keep = (key: string, resolution: Resolution): Resolution => {
    if (resolution.kind === "unknown" || maxCached === 0) return resolution;
    const [oldest] = kept.size < maxCached ? [] : kept.keys();
    if (oldest !== undefined) kept.delete(oldest);
    kept.set(key, { resolution, until: now() + maxAgeMs });
    return resolution;
  };

  const resolve = (internal: string, other = ""): Resolution | Promise<Resolution> => {
    const key = forSender ? `${internal}\n${other}` : internal;
    const known = kept.get(key);
    if (known !== undefined) {
      kept.delete(key);
      if (known.until > now()) {
        kept.set(key, known);
        return known.resolution;
      }
    }
    if (internal.length > MAX_ADDRESS) return { kind: "error" };
    const sender = forSender ? rewriteAddress(other, rewriting) : "";
    const answer = resolveRewritten(rewriteAddress(internal, rewriting), sender);
    return answer instanceof Promise ? answer : keep(key, answer);
  };
  return { parse: addressParser(settings.config, resolve), resolve, own };
}
