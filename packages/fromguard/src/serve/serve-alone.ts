import { toExit } from "../commands/load.js";
import { type Config, readConfig } from "../config/config.js";
import type { ExitCode } from "../exit-codes.js";
import type { Io } from "../io.js";
import { createMetrics } from "../metrics/metrics.js";
import { reportSuspects } from "../suspects/report-suspects.js";
import { startDaemon } from "./daemon.js";
import { followPolicy } from "./follow-policy.js";
import { keepHeapLean } from "./lean-heap.js";
import type { OpenedLog } from "./open-log.js";
import { reporting, tellRestart } from "./reporting.js";
import { CHECK_MS, untilStopped } from "./until-stopped.js";

/** Serves in this process. */
export async function serveAlone(config: Config, log: OpenedLog, io: Io): Promise<ExitCode> {
  const metrics = createMetrics();
  const refused = reportSuspects(config.suspects, { log, metrics });
  const { onSwitch, ...telling } = reporting({ log, metrics });
  const policy = await followPolicy(config, {
    ...telling,
    checkMs: CHECK_MS,
    readAgain: () => readConfig(config.document.file, config.overrides),
    onSwitch: (change) => {
      onSwitch(change);
      tellRestart(log, change.restartKeys);
    },
  }).catch((error: unknown) => {
    throw toExit(error);
  });
  metrics.follows(policy.followed);
  return await untilStopped({ config, policy, log, io }, async () => {
    const daemon = await startDaemon(() => policy.current, { log, metrics, refused }, { exposition: metrics });
    keepHeapLean();
    return { ...daemon, exposition: metrics, counters: () => ({ ...policy.counters() }) };
  });
}
