import { shown } from "./shown.js";

/** What makes a value unusable, in Postfix's words. */
export interface Fault {
  readonly fault: string;
}

/** @see Postfix get_mail_conf_bool(3) */
export function readBool(name: string, value: string): boolean | Fault {
  const word = value.toLowerCase();
  if (word === "yes" || word === "no") return word === "yes";
  return { fault: `bad boolean configuration: ${name} = ${shown(value)}` };
}

/** @see Postfix get_mail_conf_int(3) */
export function readInt(name: string, value: string): number | Fault {
  const number = /^[\t-\r ]*[+-]?[0-9]+$/.test(value) ? Number(value) : Number.NaN;
  if (!(Math.abs(number) <= MAX_INT)) return { fault: `bad numerical configuration: ${name} = ${shown(value)}` };
  const { min = 0, max = 0 } = BOUNDS.get(name) ?? {};
  if (min > 0 && number < min) return { fault: `invalid ${name} parameter value ${number} < ${min}` };
  if (max > 0 && number > max) return { fault: `invalid ${name} parameter value ${number} > ${max}` };
  return number;
}

/** @see Postfix get_mail_conf_time(3), conv_time(3) */
export function readSeconds(name: string, value: string): number | Fault {
  const [, digits, unit] = /^[\t-\r ]*([+-]?[0-9]+)(.?)/s.exec(value) ?? [];
  const scale = UNITS.get(unit || "s");
  const seconds = digits === undefined || scale === undefined ? Number.NaN : Number(digits) * scale;
  if (!(seconds >= 0 && seconds <= MAX_INT)) {
    return { fault: `parameter ${name}: bad time value or unit: ${shown(value)}` };
  }
  return seconds === 0 && AT_LEAST_A_SECOND.has(name) ? { fault: `invalid ${name}: 0 (min 1)` } : seconds;
}

const MAX_INT = 2 ** 31 - 1;

const UNITS: ReadonlyMap<string, number> = new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3600],
  ["d", 86_400],
  ["w", 604_800],
]);

/** Where Postfix's table of integer parameters has bounds. */
const BOUNDS: ReadonlyMap<string, { readonly min?: number; readonly max?: number }> = new Map([
  ["line_length_limit", { min: 512 }],
  ["smtpd_policy_service_try_limit", { min: 1 }],
  ["smtpd_recipient_limit", { min: 1 }],
  ["unverified_recipient_defer_code", { min: 200, max: 499 }],
  ["unverified_recipient_reject_code", { min: 200, max: 599 }],
  ["unverified_sender_defer_code", { min: 200, max: 499 }],
  ["unverified_sender_reject_code", { min: 200, max: 599 }],
]);

const AT_LEAST_A_SECOND: ReadonlySet<string> = new Set([
  "smtpd_policy_service_max_idle",
  "smtpd_policy_service_max_ttl",
  "smtpd_policy_service_retry_delay",
  "smtpd_policy_service_timeout",
  "smtpd_timeout",
]);
