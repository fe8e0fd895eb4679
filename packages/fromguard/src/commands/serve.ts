import cluster from "node:cluster";
import { availableParallelism } from "node:os";
import type { ExitCode } from "../exit-codes.js";
import type { Io } from "../io.js";
import { openLog } from "../serve/open-log.js";
import { serveAlone } from "../serve/serve-alone.js";
import { serveAsWorker } from "../workers/serve-as-worker.js";
import { serveByWorkers } from "../workers/serve-by-workers.js";
import { loadConfig } from "./load.js";
import { readOptions } from "./options.js";
import { SERVE } from "./usage/daemon.js";

/** Milliseconds that the reader of the last lines of the log has. */
const LAST_LINES_MS = 5000;

/**
 * `fromguard serve`: runs the listeners of the configuration until it is asked to stop. A map, a grants file or a main.cf that
 * changes is read again; one that is broken or gone stays as it was read before.
 */
export async function serve(args: readonly string[], io: Io): Promise<ExitCode> {
  const values = readOptions("serve", args, SERVE.options);
  if (cluster.isWorker) return await serveAsWorker(io);
  const config = await loadConfig(values, io.env);
  const count = config.workers === "auto" ? availableParallelism() : config.workers;
  const log = openLog(config.log, io);
  try {
    return count === 1 ? await serveAlone(config, log, io) : await serveByWorkers(config, count, log, io);
  } finally {
    await log.close();
    io.endWithin(LAST_LINES_MS);
  }
}
