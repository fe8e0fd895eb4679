import { isFromguardError, type Resolver } from "@fromguard/core";
import type { AddressResolver } from "../address/address-resolver.js";
import type { AskPolicy } from "../policy/ask-policy-service.js";
import { restrictions } from "../restrictions/registry.js";
import type { Attempt, Outcome } from "./attempt.js";
import { type Equipment, Evaluation } from "./evaluation.js";
import { ListRunner } from "./list-runner.js";
import { needsTls } from "./needs-tls.js";
import type { Settings } from "./settings.js";
import { readStageOrder, Session } from "./stages.js";

/** What {@link createSmtpd} decides with. */
export interface SmtpdOptions {
  readonly settings: Settings;
  readonly addresses: AddressResolver;
  readonly dns: Resolver;
  /** How `check_policy_service` reaches its server. Default: every request fails, and the default action is taken. */
  readonly askPolicy?: AskPolicy;
  /** Waits between two tries of a policy server. Default a timer. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Decides as Postfix's smtpd would with the same main.cf. */
export interface Smtpd {
  readonly settings: Settings;
  /**
   * One MAIL FROM with one RCPT TO. Without a promise where every table that was asked is in memory and neither DNS nor a
   * policy server had to be asked. Never throws or rejects: what breaks defers.
   */
  decide(attempt: Attempt, options: { readonly signal: AbortSignal }): Outcome | Promise<Outcome>;
}

/**
 * Makes an smtpd of settings that were loaded. Nothing is read later.
 *
 * @throws FromguardError FG_CONFIG_INVALID where a list names a policy service that cannot be read, and for a value that Postfix cannot
 * read
 */
export function createSmtpd(options: SmtpdOptions): Smtpd {
  const { settings, addresses, dns, askPolicy = noPolicyClient, wait = pause } = options;
  const order = readStageOrder(settings);
  const { softBounce } = order;
  const equipment: Equipment = { settings, addresses, dns, softBounce, utf8: settings.config.bool("smtputf8_enable") };
  const isEncrypted = needsTls(settings.config);
  const runner = new ListRunner(settings, restrictions, { ask: askPolicy, wait });
  return {
    settings,
    decide: (given, asker) => {
      const attempt = given.encrypted === undefined && isEncrypted(given.login) ? { ...given, encrypted: true } : given;
      const evaluation = new Evaluation(equipment, attempt, asker);
      const broken = (error: unknown): Outcome => {
        evaluation.warn(isFromguardError(error) || error instanceof Error ? error.message : String(error));
        const stage = evaluation.command === "RCPT" ? "RCPT" : "MAIL";
        return { stage, reply: "451 4.3.0 Error: internal error", log: evaluation.log, trace: evaluation.trace() };
      };
      try {
        const outcome = new Session(evaluation, runner, order, attempt).run();
        return outcome instanceof Promise ? outcome.catch(broken) : outcome;
      } catch (error) {
        return broken(error);
      }
    },
  };
}

const noPolicyClient: AskPolicy = async () => ({ ok: false, cause: "no policy client" });

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
