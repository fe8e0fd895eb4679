import { andThen } from "@fromguard/core";
import type { Settings } from "../smtpd/settings.js";
import { addressParser } from "./address-parser.js";
import type { AddressResolver, Resolution } from "./address-resolver.js";
import { localDomains } from "./local-domain.js";
import { resolverOf } from "./resolve.js";
import { rewriteAddress, rewriteOptions } from "./rewrite.js";

/** What main.cf does not say about this host. */
export interface AddressResolverOptions {
  /**
   * The addresses of this host that `inet_interfaces` stands for where it is `all`, `loopback-only` or names hosts: mail to
   * `user@[address]` is local. Default `127.0.0.1` and `::1`.
   */
  readonly ownAddresses?: readonly string[];
  /** Answers that are kept, oldest first out; 0 keeps none. Default 1000. */
  readonly maxCached?: number;
}

const LOOPBACK = ["127.0.0.1", "::1"];
const MAX_CACHED = 1000;

/**
 * Makes what rewrites and resolves addresses as trivial-rewrite does for these settings, in smtpd's order and words.
 *
 * Answers at once, and keeps them, where every table and list that is asked is in memory. What a table could not answer is
 * asked again.
 *
 * @see Postfix trivial-rewrite(8), smtpd(8)
 */
export function createAddressResolver(settings: Settings, options: AddressResolverOptions = {}): AddressResolver {
  const { ownAddresses = LOOPBACK, maxCached = MAX_CACHED } = options;
  const rewriting = rewriteOptions(settings.config);
  const resolveRewritten = resolverOf({ ...rewriting, settings, isLocal: localDomains(settings, ownAddresses) });
  const kept = new Map<string, Resolution>();

  const resolve = (internal: string): Resolution | Promise<Resolution> => {
    const known = kept.get(internal);
    if (known !== undefined) return known;
    return andThen(resolveRewritten(rewriteAddress(internal, rewriting), ""), (resolution) => {
      if (resolution.kind !== "unknown" && maxCached > 0) {
        if (kept.size >= maxCached)
          for (const oldest of kept.keys()) {
            kept.delete(oldest);
            break;
          }
        kept.set(internal, resolution);
      }
      return resolution;
    });
  };
  return { parse: addressParser(settings.config, resolve), resolve };
}
