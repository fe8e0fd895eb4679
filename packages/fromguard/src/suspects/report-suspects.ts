import type { SuspectSettings } from "../config/suspect-schema.js";
import type { Metrics } from "../metrics/metrics.js";
import type { Log } from "../serve/log.js";
import { type RefusedAddress, SuspectAccounts } from "./suspect-accounts.js";
import { SuspectHook } from "./suspect-hook.js";

/** Takes refusals, and tells of each suspect once: in the log, as a metric, and to the command. */
export function reportSuspects(
  settings: SuspectSettings | undefined,
  { log, metrics }: { readonly log: Log; readonly metrics: Metrics },
): (refused: RefusedAddress) => void {
  if (settings === undefined) return () => undefined;
  const { command } = settings;
  const accounts = new SuspectAccounts(settings);
  const hook =
    command &&
    new SuspectHook({
      command,
      onFailed: ({ login }, cause) => {
        metrics.suspectHookFailed();
        log.warn("account-suspect-command-failed", { login, cause });
      },
    });
  return (refused) => {
    const suspect = accounts.refused(refused);
    if (suspect === undefined) return;
    metrics.suspected();
    log.warn("account-suspect", { ...suspect });
    hook?.run(suspect);
  };
}
