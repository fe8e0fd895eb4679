import { type Rule, rule } from "../rule/rule.js";
import { fail, pass } from "../verdict/verdict.js";

/**
 * Somebody who can own addresses sends: a login, or a user of this machine. A trusted network is neither.
 *
 * Fails with `login-required`.
 *
 * @see RFC 6409 section 4.3, RFC 4954 section 6
 */
export function requireLogin(): Rule<"login" | "localUser"> {
  return rule("require-login", ["login", "localUser"], ({ login, localUser }) =>
    login !== null || localUser !== null
      ? pass()
      : fail("login-required", { detail: "neither a login nor a local user", remedy: "log in before MAIL FROM" }),
  );
}
