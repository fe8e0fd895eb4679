import type { BuildOptions } from "../config/policy.js";
import type { Metrics } from "../metrics/metrics.js";
import type { RefusedAddress } from "../suspects/suspect-accounts.js";
import { dnsLine, ownershipLines } from "./debug-lines.js";
import { reloadLine, writeLine } from "./event-lines.js";
import type { FollowPolicyOptions } from "./follow-policy.js";
import type { Log } from "./log.js";

/** Where the daemon tells what happens. */
export interface Reporting {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Told of each address that was refused to a login. */
  readonly refused?: (refused: RefusedAddress) => void;
}

/** What a policy that is served tells: into the log, and counted. */
export function reporting({
  log,
  metrics,
}: Reporting): Pick<BuildOptions, "onRuleError" | "onAnswers" | "onDns" | "onDnsAnswer"> &
  Pick<FollowPolicyOptions, "onSwitch" | "onKept"> {
  const { debug } = log;
  return {
    onRuleError: (rule, cause) => {
      log.warn("rule-error", { rule, cause });
      metrics.ruleFailed(rule);
    },
    onAnswers: (source, answers, asked) => {
      metrics.answered(source, answers);
      if (debug !== undefined) for (const line of ownershipLines(source, answers, asked)) debug(...line);
    },
    onDns: metrics.dns,
    onDnsAnswer: debug && ((type, name, answer) => debug(...dnsLine(type, name, answer))),
    onSwitch: ({ reloads, followed }) => {
      metrics.follows(followed);
      for (const reload of reloads) {
        writeLine(log, reloadLine(reload));
        metrics.reloaded(reload);
      }
    },
    onKept: (reload) => {
      writeLine(log, reloadLine(reload));
      metrics.reloaded(reload);
    },
  };
}

/** Tells of keys that hold only after a restart. */
export function tellRestart(log: Log, keys: readonly string[]): void {
  if (keys.length > 0) log.warn("restart-needed", { keys });
}
