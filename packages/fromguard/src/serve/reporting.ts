import type { BuildOptions } from "../config/policy.js";
import type { Metrics } from "../metrics/metrics.js";
import type { RefusedAddress } from "../suspects/suspect-accounts.js";
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
}: Reporting): Pick<BuildOptions, "onRuleError" | "onAnswers" | "onDns"> &
  Pick<FollowPolicyOptions, "onSwitch" | "onKept"> {
  return {
    onRuleError: (rule, cause) => {
      log.warn("rule-error", { rule, cause });
      metrics.ruleFailed(rule);
    },
    onAnswers: metrics.answered,
    onDns: metrics.dns,
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
