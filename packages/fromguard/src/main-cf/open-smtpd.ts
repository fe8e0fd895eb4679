import { cachedResolver } from "@fromguard/core";
import { askPolicyServer, wireResolver } from "@fromguard/node";
import { createAddressResolver, createSmtpd, type Smtpd } from "@fromguard/postfix";
import { Exit, exitCodes } from "../exit-codes.js";
import { inQueue, type LoadedMainCf, ownAddresses } from "./load-main-cf.js";

/**
 * Makes an smtpd of a main.cf: asks DNS and the policy servers that it names.
 *
 * @param servers name servers; empty for those of the system
 * @throws Exit 64 for a name server that is none; FromguardError for a policy service that cannot be read
 */
export function openSmtpd({ config, settings }: LoadedMainCf, servers: readonly string[]): Smtpd {
  return createSmtpd({
    settings,
    addresses: createAddressResolver(settings, { ownAddresses: ownAddresses() }),
    dns: resolverOf(servers),
    askPolicy: (service, attributes, options) =>
      askPolicyServer({ ...service, endpoint: absolute(service.endpoint) }, attributes, options),
  });

  function absolute(endpoint: string): string {
    const [, path] = /^(?:unix|local):(.+)$/.exec(endpoint) ?? [];
    return path === undefined ? endpoint : `unix:${inQueue(config, path)}`;
  }
}

function resolverOf(servers: readonly string[]) {
  try {
    return cachedResolver(wireResolver(servers.length === 0 ? {} : { servers }));
  } catch (error) {
    throw new Exit(exitCodes.usage, `--dns-server: ${(error as Error).message}; see fromguard check --help`);
  }
}
