import type { BuildOptions } from "../config/policy.js";
import type { Reporting } from "./daemon.js";
import { reloadLine, writeLine } from "./event-lines.js";

/** What a policy that is served tells: into the log, and counted. */
export function reporting({ log, metrics }: Reporting): Omit<BuildOptions, "checkMs"> {
  return {
    onRuleError: (rule, cause) => {
      log.warn("rule-error", { rule, cause });
      metrics.ruleFailed(rule);
    },
    onAnswers: metrics.answered,
    onReload: (reload) => {
      writeLine(log, reloadLine(reload));
      metrics.reloaded(reload);
    },
  };
}
