import type { LintedService } from "../lint/lint-main-cf.js";
import type { MainCf } from "../main-cf/main-cf.js";
import type { ImportNote } from "./translation.js";

/** What an import rests on, beside the classes. */
const DECISIVE: readonly string[] = [
  "smtpd_sasl_auth_enable",
  "smtpd_client_restrictions",
  "smtpd_helo_restrictions",
  "smtpd_sender_restrictions",
  "smtpd_relay_restrictions",
  "smtpd_recipient_restrictions",
  "smtpd_sender_login_maps",
  "smtpd_delay_reject",
  "smtpd_reject_unlisted_sender",
  "smtpd_restriction_classes",
  "mynetworks",
  "mydestination",
  "relay_domains",
  "virtual_alias_domains",
  "virtual_mailbox_domains",
  "recipient_delimiter",
  "soft_bounce",
];

/**
 * The services of master.cf that decide by other parameters than those that were imported.
 *
 * @throws FromguardError FG_CONFIG_INVALID for a value that Postfix cannot read
 */
export function otherServices(imported: MainCf, services: readonly LintedService[]): readonly ImportNote[] {
  return services.flatMap(({ service, config }): readonly ImportNote[] => {
    const names = [...DECISIVE, ...config.list("smtpd_restriction_classes")];
    const own = [...new Set(names)].filter((name) => config.get(name) !== imported.get(name));
    if (own.length === 0) return [];
    const why = `has its own ${own.join(", ")}: import it by itself, with --service ${service.name}`;
    return [{ kind: "left-out", place: service.place, subject: `${service.name}/${service.type}`, why }];
  });
}
