import type { CheckContext, Rejection, Result } from "../smtpd/check-context.js";

/**
 * Answers a temporary failure as a parameter says: `defer_if_permit` (only where the mail would be accepted) or `defer` (at once).
 *
 * @see postconf(5) reject_tempfail_action
 */
export function deferAs(context: CheckContext, parameter: string, rejection: Rejection): Result {
  const isPermit = context.settings.config.get(parameter).toLowerCase() === "defer_if_permit";
  return isPermit ? context.deferIfPermit(rejection) : context.reject(rejection);
}
