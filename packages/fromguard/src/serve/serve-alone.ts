import { loadPolicy } from "../commands/load.js";
import type { Config } from "../config/config.js";
import type { ExitCode } from "../exit-codes.js";
import type { Io } from "../io.js";
import { createMetrics } from "../metrics/metrics.js";
import { startDaemon } from "./daemon.js";
import type { Log } from "./log.js";
import { reporting } from "./reporting.js";
import { CHECK_MS, untilStopped } from "./until-stopped.js";

/** Serves in this process. */
export async function serveAlone(config: Config, log: Log, io: Io): Promise<ExitCode> {
  const metrics = createMetrics();
  const policy = await loadPolicy(config, { ...reporting({ log, metrics }), checkMs: CHECK_MS });
  const { guard, contexts, followers } = policy;
  metrics.follows(followers);
  return await untilStopped({ config, policy, log, io }, async () => {
    const { listeners, notes, close } = await startDaemon(config, guard, { log, metrics }, { contexts });
    const counters = () => ({ ...guard.counters });
    return { listeners, notes, exposition: metrics, counters, close };
  });
}
