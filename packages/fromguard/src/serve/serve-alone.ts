import type { Config } from "../config/config.js";
import type { ExitCode } from "../exit-codes.js";
import type { Io } from "../io.js";
import { createMetrics } from "../metrics/metrics.js";
import { startDaemon } from "./daemon.js";
import { loadServed } from "./load-served.js";
import type { Log } from "./log.js";
import { reporting } from "./reporting.js";
import { CHECK_MS, untilStopped } from "./until-stopped.js";

/** Serves in this process. */
export async function serveAlone(config: Config, log: Log, io: Io): Promise<ExitCode> {
  const metrics = createMetrics();
  const following = { ...reporting({ log, metrics }), checkMs: CHECK_MS };
  const { policy, secrets } = await loadServed(config, following);
  const { guard, contexts, followers, ownership: directory } = policy;
  metrics.follows(followers);
  return await untilStopped({ config, policy, log, io }, async () => {
    const parts = { contexts, secrets, directory, exposition: metrics };
    const { listeners, notes, close } = await startDaemon(config, guard, { log, metrics }, parts);
    const counters = () => ({ ...guard.counters });
    return { listeners, notes, exposition: metrics, counters, close };
  });
}
