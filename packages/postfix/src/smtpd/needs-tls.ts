import type { MainCf } from "../main-cf/main-cf.js";

/**
 * Says of a login, or of none, whether no client comes as far as MAIL FROM with it outside TLS.
 *
 * @throws FromguardError FG_CONFIG_INVALID for a value that Postfix cannot read
 * @see postconf(5) smtpd_tls_wrappermode, smtpd_tls_security_level, smtpd_tls_auth_only
 */
export function needsTls(config: MainCf): (login: string | null) => boolean {
  const always =
    config.bool("smtpd_tls_wrappermode") || config.get("smtpd_tls_security_level").toLowerCase() === "encrypt";
  const forLogins = config.bool("smtpd_tls_auth_only");
  return (login) => always || (forLogins && login !== null);
}
