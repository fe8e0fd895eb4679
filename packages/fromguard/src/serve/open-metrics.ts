import type { Listener, Refusal } from "@fromguard/node";
import type { Config } from "../config/config.js";
import type { Exposition } from "../metrics/metrics.js";
import { serveMetrics } from "../metrics/serve-metrics.js";
import { refusedLine, writeLine } from "./event-lines.js";
import type { Log } from "./log.js";
import { placed } from "./placed.js";

/**
 * Opens the listener of metrics; undefined where the configuration names none.
 *
 * @throws FromguardError naming the key in the configuration
 */
export async function openMetrics(config: Config, exposition: Exposition, log: Log): Promise<Listener | undefined> {
  if (config.metrics === undefined) return undefined;
  const { listen: address, access } = config.metrics;
  try {
    const onRefused = (refusal: Refusal) => writeLine(log, refusedLine("metrics", refusal));
    return await serveMetrics(exposition, { address, access, onRefused });
  } catch (error) {
    throw placed(error, ["metrics"], config);
  }
}
