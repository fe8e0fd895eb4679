import { FromguardError } from "@fromguard/core";
import { toExit } from "../commands/load.js";
import { type Config, reasonOf } from "../config/config.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";
import type { Exposition } from "../metrics/metrics.js";
import { styleFor } from "../report/style.js";
import type { Daemon } from "./daemon.js";
import { dropPrivileges } from "./drop-privileges.js";
import type { FollowedPolicy } from "./follow-policy.js";
import type { LogFields } from "./log.js";
import type { OpenedLog } from "./open-log.js";
import { openMetrics } from "./open-metrics.js";

/** Milliseconds between looks at the configuration and the files that it names. */
export const CHECK_MS = 5000;

/** What is served. */
export interface Served extends Daemon {
  readonly exposition: Exposition;
  /** What is read again later, beside the policy's files. */
  readonly files?: readonly string[];
  /** For the last line of the log. */
  counters(): LogFields;
}

/** What {@link untilStopped} needs beside what is served. */
export interface Context {
  readonly config: Config;
  readonly policy: FollowedPolicy;
  readonly log: OpenedLog;
  readonly io: Io;
}

/**
 * Starts to serve, tells so, and ends it when the process is asked to stop. Meanwhile files are read anew when that is asked.
 * The policy's files are not followed any more afterwards, also where the start failed.
 *
 * @throws Exit where the start failed
 */
export async function untilStopped(context: Context, start: () => Promise<Served>): Promise<ExitCode> {
  const { policy } = context;
  const stop = context.io.stopRequested();
  const ignoreReloads = context.io.onReloadRequested(() => void openLogAnew(context).then(() => policy.reload()));
  try {
    return await run(context, start, stop);
  } catch (error) {
    throw toExit(error);
  } finally {
    ignoreReloads();
    policy.close();
  }
}

async function run(
  { config, policy, log, io }: Context,
  start: () => Promise<Served>,
  stop: Promise<string>,
): Promise<ExitCode> {
  const style = styleFor(io.stderr, io.env);
  const served = await start();
  const metrics = await openMetrics(config, served.exposition, log).catch(async (error: unknown) => {
    await log.close();
    await served.close({ graceMs: 0 });
    throw error;
  });
  const files = [...policy.files, ...(served.files ?? [])];
  const privileges = await dropPrivileges(config, files, io)
    .then(async (said) => {
      await openLogFirst(config, log);
      return said;
    })
    .catch(async (error: unknown) => {
      // Workers end when their last lines are taken, which wait for the file.
      await log.close();
      await Promise.all([served.close({ graceMs: 0 }), metrics?.close({ graceMs: 0 })]);
      throw error;
    });
  for (const warning of [...privileges, ...policy.warnings])
    await io.stderr.write(`${style.yellow("warning:")} ${warning}\n`);
  for (const note of served.notes) await io.stderr.write(`note: ${note}\n`);
  for (const listener of served.listeners) log.info("listening", { ...listener });
  if (metrics !== undefined) log.info("listening", { kind: "metrics", address: metrics.address });
  log.info("ready", { config: config.document.file });

  log.info("stopping", { signal: await stop });
  await Promise.all([served.close(), metrics?.close()]);
  log.info("stopped", served.counters());
  return exitCodes.ok;
}

/** As the user that the process has become: a file that root made could not be opened anew. */
async function openLogFirst({ document }: Config, log: OpenedLog): Promise<void> {
  try {
    await log.open();
  } catch (cause) {
    const place = document.place(["log", "destination"]);
    throw new FromguardError("FG_CONFIG_INVALID", `cannot be opened: ${reasonOf(cause)}`, { place, cause });
  }
}

/** What rotates logs has put the file away. */
async function openLogAnew({ config, log }: Context): Promise<void> {
  try {
    await log.openAnew();
  } catch (error) {
    log.warn("log-kept", { file: config.log.destination, cause: `cannot be opened: ${reasonOf(error)}` });
  }
}
