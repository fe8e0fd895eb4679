import { DEFAULT_MAX_CONNECTIONS } from "@fromguard/node";
import { toExit } from "../commands/load.js";
import { type Config, readConfig } from "../config/config.js";
import type { ExitCode } from "../exit-codes.js";
import type { Io } from "../io.js";
import { createMetrics } from "../metrics/metrics.js";
import { type SummedMetrics, summedMetrics } from "../metrics/summed-metrics.js";
import { followPolicy } from "../serve/follow-policy.js";
import type { OpenedLog } from "../serve/open-log.js";
import { reporting, tellRestart } from "../serve/reporting.js";
import { CHECK_MS, untilStopped } from "../serve/until-stopped.js";
import { reportSuspects } from "../suspects/report-suspects.js";
import { startWorkers, type Workers } from "./workers.js";

/**
 * Serves by workers. This process reads the configuration and its files too, and it alone looks whether they change: it tells the workers
 * to read what it could read itself, so that they do it at one time, and not at all what is broken. A worker puts the new policy in
 * the place of the old one in one step, and keeps its connections.
 */
export async function serveByWorkers(config: Config, count: number, log: OpenedLog, io: Io): Promise<ExitCode> {
  const metrics = createMetrics();
  let workers: Workers | undefined;
  const { onKept } = reporting({ log, metrics });
  const policy = await followPolicy(config, {
    checkMs: CHECK_MS,
    readAgain: () => readConfig(config.document.file, config.overrides),
    onKept,
    onSwitch: ({ reloads, followed, restartKeys, config, isAsked }) => {
      metrics.follows(followed);
      for (const reload of reloads) metrics.reloaded(reload);
      tellRestart(log, restartKeys);
      workers?.reload(config.text, isAsked);
    },
  }).catch((error: unknown) => {
    throw toExit(error);
  });
  metrics.follows(policy.followed);
  const exposition: SummedMetrics = summedMetrics(metrics, async () => (await workers?.count()) ?? new Map());
  return await untilStopped({ config, policy, log, io }, async () => {
    workers = await startWorkers({
      count,
      assignment: () => ({
        file: config.document.file,
        text: policy.current.config.text,
        overrides: config.overrides,
      }),
      maxConnections: config.listeners.map(({ options }) => options["max-connections"] ?? DEFAULT_MAX_CONNECTIONS),
      log,
      // Workers write to a file by this process: one alone opens it anew.
      stdout: config.log.destination === "stderr" ? io.stdout : log.output,
      stderr: io.stderr,
      onRefused: reportSuspects(config.suspects, { log, metrics }),
      onStarted: exposition.started,
      onEnded: (process, isExpected) => {
        exposition.ended(process);
        if (!isExpected) metrics.workerEnded();
      },
    });
    const { listeners, notes, close } = workers;
    // Who takes the place of a worker that ended is started by a process that is root no more.
    const files = [process.execPath, ...process.argv.slice(1, 2)];
    return { listeners, notes, exposition, files, counters: () => ({ workers: count }), close };
  });
}
