import type { Resolver } from "@fromguard/core";
import { askPolicyServer } from "@fromguard/node";
import { createAddressResolver, createSmtpd, type Smtpd } from "@fromguard/postfix";
import { inQueue, type LoadedMainCf, ownAddresses } from "./load-main-cf.js";

/**
 * Makes an smtpd of a main.cf, which asks the policy servers that it names.
 *
 * @throws FromguardError FG_CONFIG_INVALID for a policy service that cannot be read
 */
export function openSmtpd({ config, settings }: LoadedMainCf, dns: Resolver): Smtpd {
  return createSmtpd({
    settings,
    addresses: createAddressResolver(settings, { ownAddresses: ownAddresses() }),
    dns,
    askPolicy: (service, attributes, options) =>
      askPolicyServer({ ...service, endpoint: absolute(service.endpoint) }, attributes, options),
  });

  function absolute(endpoint: string): string {
    const [, path] = /^(?:unix|local):(.+)$/.exec(endpoint) ?? [];
    return path === undefined ? endpoint : `unix:${inQueue(config, path)}`;
  }
}
