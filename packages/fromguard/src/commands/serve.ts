import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";
import { createMetrics } from "../metrics/metrics.js";
import { styleFor } from "../report/style.js";
import { startDaemon } from "../serve/daemon.js";
import { reloadLine, writeLine } from "../serve/event-lines.js";
import { jsonLog } from "../serve/log.js";
import { loadConfig, loadPolicy, toExit } from "./load.js";
import { readOptions } from "./options.js";

const OPTIONS = { config: { type: "string" } } as const;

/** Milliseconds between looks at the files of maps and grants. */
const CHECK_MS = 5000;

/**
 * `fromguard serve`: runs the listeners of the configuration until it is asked to stop. A map, a grants file or a main.cf that
 * changes is read again; one that is broken or gone stays as it was read before.
 */
export async function serve(args: readonly string[], io: Io): Promise<ExitCode> {
  const values = readOptions("serve", args, OPTIONS);
  const config = await loadConfig(values.config);
  const log = jsonLog(io.stdout);
  const metrics = createMetrics();
  const style = styleFor(io.stderr, io.env);
  const { guard, followers, warnings } = await loadPolicy(config, {
    onRuleError: (rule, cause) => {
      log.warn("rule-error", { rule, cause });
      metrics.ruleFailed(rule);
    },
    onAnswers: metrics.answered,
    checkMs: CHECK_MS,
    onReload: (reload) => {
      writeLine(log, reloadLine(reload));
      metrics.reloaded(reload);
    },
  });
  metrics.follows(followers);
  const stop = io.stopRequested();
  const ignoreReloads = io.onReloadRequested(() => {
    for (const follower of followers) void follower.reload();
  });
  try {
    const daemon = await startDaemon(config, guard, { log, metrics }).catch((error: unknown) => {
      throw toExit(error);
    });
    for (const warning of warnings) await io.stderr.write(`${style.yellow("warning:")} ${warning}\n`);
    for (const note of daemon.notes) await io.stderr.write(`note: ${note}\n`);
    for (const listener of daemon.listeners) log.info("listening", { ...listener });
    if (daemon.metricsAddress !== undefined) log.info("listening", { kind: "metrics", address: daemon.metricsAddress });
    log.info("ready", { config: config.document.file });

    log.info("stopping", { signal: await stop });
    await daemon.close();
    log.info("stopped", { ...guard.counters });
    return exitCodes.ok;
  } finally {
    ignoreReloads();
    for (const follower of followers) follower.close();
  }
}
