import { FromguardError, splitOutsideBraces, unbraced } from "@fromguard/core";
import type { MainCf } from "../main-cf/main-cf.js";

/** A server that `check_policy_service` names, and how it is asked. */
export interface PolicyService {
  /** `inet:host:port` or `unix:path`. */
  readonly endpoint: string;
  readonly timeoutMs: number;
  readonly maxIdleMs: number;
  readonly maxTtlMs: number;
  /** Requests over one connection; 0 is no limit. */
  readonly requestLimit: number;
  readonly tryLimit: number;
  readonly retryDelayMs: number;
  /** What is done where it gave no answer: a result as of an access map. */
  readonly defaultAction: string;
  readonly context: string;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };
const OPTIONS = new Set([
  "timeout",
  "max_idle",
  "max_ttl",
  "request_limit",
  "try_limit",
  "retry_delay",
  "default_action",
  "policy_context",
]);

/**
 * Reads the word behind `check_policy_service`: an endpoint, or `{ endpoint, name = value ... }` with options that win over
 * those of main.cf.
 *
 * @throws FromguardError FG_CONFIG_INVALID for an option that is none or has no number, where Postfix is fatal
 * @see postconf(5) check_policy_service, smtpd_policy_service_timeout and the like
 */
export function readPolicyService(word: string, config: MainCf): PolicyService {
  const { endpoint, options } = parts(word);
  const seconds = (name: string): number => {
    const given = options.get(name);
    if (given === undefined) return config.seconds(`smtpd_policy_service_${name}`) * 1000;
    const [, count, unit] = /^(\d{1,9})([smhdw]?)$/i.exec(given) ?? [];
    if (count === undefined) throw invalid(`bad time value or unit: ${name} = ${given}`);
    return Number(count) * (SECONDS[(unit || "s").toLowerCase()] ?? 1) * 1000;
  };
  const int = (name: string, least: number): number => {
    const given = options.get(name);
    if (given === undefined) return config.int(`smtpd_policy_service_${name}`);
    if (!/^\d{1,9}$/.test(given) || Number(given) < least) throw invalid(`bad numerical value: ${name} = ${given}`);
    return Number(given);
  };
  return {
    endpoint,
    timeoutMs: seconds("timeout"),
    maxIdleMs: seconds("max_idle"),
    maxTtlMs: seconds("max_ttl"),
    requestLimit: int("request_limit", 0),
    tryLimit: int("try_limit", 1),
    retryDelayMs: seconds("retry_delay"),
    defaultAction: options.get("default_action") ?? config.get("smtpd_policy_service_default_action"),
    context: options.get("policy_context") ?? config.get("smtpd_policy_service_policy_context"),
  };
}

function parts(word: string): { readonly endpoint: string; readonly options: ReadonlyMap<string, string> } {
  if (!word.startsWith("{")) return { endpoint: word, options: new Map() };
  const [endpoint, ...rest] = splitOutsideBraces(withoutBraces(word));
  if (endpoint === undefined) throw invalid(`empty policy service: "${word}"`);
  const options = new Map<string, string>();
  for (const text of rest) {
    const [, name, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/s.exec(withoutBraces(text)) ?? [];
    if (name === undefined || value === undefined) throw invalid(`missing '=' after attribute name: "${text}"`);
    if (!OPTIONS.has(name)) throw invalid(`unknown attribute name in policy service: "${name} = ${value}"`);
    options.set(name, value);
  }
  return { endpoint, options };
}

function withoutBraces(text: string): string {
  if (!text.startsWith("{")) return text;
  const inside = unbraced(text);
  if ("fault" in inside) throw invalid(`policy service syntax error: ${inside.fault}`);
  return inside.text;
}

function invalid(what: string): FromguardError {
  return new FromguardError("FG_CONFIG_INVALID", what, { place: { key: "check_policy_service" } });
}
