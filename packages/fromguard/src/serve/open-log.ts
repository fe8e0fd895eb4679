import type { LogSettings } from "../config/log-schema.js";
import type { Io, Output } from "../io.js";
import { visible } from "../report/style.js";
import { lineLog } from "./line-log.js";
import type { Log } from "./log.js";
import { LogFile } from "./log-file.js";

/** The log of a process, and where it goes. */
export interface OpenedLog extends Log {
  /** Takes lines that another process has made, whole. */
  readonly output: Output;
  /**
   * Opens the file, where it is one; lines wait until then.
   *
   * @throws Error of the system
   */
  open(): Promise<void>;
  /**
   * Opens what has the name by now. Does nothing before {@link OpenedLog.open} is done: who is still root would make a file that is root's.
   *
   * @throws Error of the system; what was open before stays
   */
  openAnew(): Promise<void>;
  /**
   * Waits for what is not written yet, as long as {@link LogFile.close} does; what waits for a file that was not opened goes to standard
   * error. To be called before that is awaited which writes to it, where the start failed.
   */
  close(): Promise<void>;
}

/**
 * The log that the configuration asks for.
 *
 * @param own fields that every line has
 */
export function openLog(
  settings: LogSettings,
  io: Pick<Io, "stdout" | "stderr">,
  own: Readonly<Record<string, number>> = {},
): OpenedLog {
  const { destination } = settings;
  if (destination === "stdout" || destination === "stderr") {
    const output = io[destination];
    const nothing = async () => undefined;
    return { ...lineLog(settings, output, own), output, open: nothing, openAnew: nothing, close: nothing };
  }
  const onFault = (error: Error) => void tell(io.stderr, `${destination}: ${error.message}`);
  const file = new LogFile(destination, onFault, io.stderr);
  return {
    ...lineLog(settings, file, own),
    output: file,
    open: () => file.open(),
    openAnew: async () => {
      if (file.isOpen) await file.open();
    },
    close: () => file.close(),
  };
}

async function tell(output: Output, sentence: string): Promise<void> {
  try {
    await output.write(`fromguard: ${visible(sentence)}\n`);
  } catch {
    // The mail goes on without its log.
  }
}
