import cluster from "node:cluster";
import { on } from "node:events";
import { isFromguardError } from "@fromguard/core";
import { parseConfig } from "../config/config.js";
import { Exit, type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";
import { createMetrics, type Metrics } from "../metrics/metrics.js";
import { startDaemon } from "../serve/daemon.js";
import { dropPrivileges } from "../serve/drop-privileges.js";
import { followPolicy } from "../serve/follow-policy.js";
import { keepHeapLean } from "../serve/lean-heap.js";
import { openLog } from "../serve/open-log.js";
import { reporting } from "../serve/reporting.js";
import { Admissions } from "./admissions.js";
import type { Assignment, ToPrimary, ToWorker } from "./messages.js";

/** Signals that a terminal or systemd sends to every process of the daemon: the primary tells what is to be done. */
const OF_THE_PRIMARY = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

interface Running {
  reload(text: string, isAsked: boolean): Promise<void>;
  close(): Promise<void>;
}

/**
 * What a worker does: asks the primary for its assignment, serves by it, and ends when it is told to, or when the primary has
 * gone (node:cluster sees to that).
 */
export async function serveAsWorker(io: Io): Promise<ExitCode> {
  for (const signal of OF_THE_PRIMARY) process.on(signal, () => undefined);
  // That of the primary lets nobody into what it makes, this process included.
  process.umask(0o077);
  const messages = on(process, "message") as AsyncIterable<[ToWorker]>;
  const metrics = createMetrics();
  const admissions = new Admissions(tell);
  let running: Promise<Running | undefined> = Promise.resolve(undefined);
  tell({ kind: "waiting" });
  for await (const [message] of messages) {
    switch (message.kind) {
      case "serve":
        running = serveBy(message, { metrics, admissions }, io);
        break;
      case "reload":
        void running.then((started) => started?.reload(message.text, message.isAsked));
        break;
      case "admitted":
        admissions.answered(message.id, message.isAdmitted);
        break;
      case "count":
        void metrics.samples().then((samples) => tell({ kind: "counted", id: message.id, samples }));
        break;
      case "stop":
        await (await running)?.close();
        cluster.worker?.disconnect();
        return exitCodes.ok;
    }
  }
  return exitCodes.ok;
}

/** Undefined where it cannot serve, of which the primary is told. */
async function serveBy(
  assignment: Assignment,
  { metrics, admissions }: { readonly metrics: Metrics; readonly admissions: Admissions },
  io: Io,
): Promise<Running | undefined> {
  const { worker, file, overrides } = assignment;
  let { text } = assignment;
  try {
    const config = parseConfig(text, file, overrides);
    const destination = config.log.destination === "stderr" ? "stderr" : "stdout";
    const log = openLog({ ...config.log, destination }, io, { worker });
    const policy = await followPolicy(config, {
      ...reporting({ log, metrics }),
      readAgain: async () => parseConfig(text, file, overrides),
    });
    metrics.follows(policy.followed);
    const { listeners, notes, close } = await startDaemon(
      () => policy.current,
      { log, metrics, refused: (refused) => tell({ kind: "refused", ...refused }) },
      { admissionOf: (listener) => admissions.of(listener) },
    );
    await dropPrivileges(config, policy.files, io);
    keepHeapLean();
    tell({ kind: "ready", listeners, notes });
    return {
      reload: async (next, isAsked) => {
        text = next;
        await policy.reload(isAsked);
      },
      close: async () => {
        await close();
        log.info("stopped", { ...policy.counters() });
      },
    };
  } catch (error) {
    tell({ kind: "failed", exitCode: exitCodeOf(error), text: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Exit) return error.exitCode;
  return isFromguardError(error) ? exitCodes.configuration : exitCodes.internal;
}

function tell(message: ToPrimary): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}
