import { once } from "node:events";
import type { Writable } from "node:stream";

/** Where a command writes text. */
export interface Output {
  /**
   * Writes; a promise where the reader is slower than we are, to be awaited before more is made. Throws, or rejects, where
   * nothing can be written any more.
   */
  write(text: string): void | Promise<void>;
  /** Whether a person reads it: colour only then. */
  readonly isTerminal: boolean;
  /** Width in columns, where it has one. */
  readonly columns: number | undefined;
}

/** What a command has of the world around it: tests give their own. */
export interface Io {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Whether a person reads standard output and can answer on standard input. */
  readonly isInteractive: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user that the process runs as, where it may become another. */
  readonly uid?: number | undefined;
  /** Settles with the name of the signal once the process is asked to stop. Asked for only by commands that stay up. */
  stopRequested(): Promise<string>;
  /** Calls `reload` each time the process is asked to read its files again; returns what ends that. */
  onReloadRequested(reload: () => void): () => void;
  /** Ends the process in so many milliseconds, where something keeps it up: a reader that does not read, for whom text waits. */
  endWithin(ms: number): void;
}

const STOP_SIGNALS = ["SIGTERM", "SIGINT"] as const;

/**
 * The world of a real process. Signals are caught only from the first {@link Io.stopRequested} on; a second one ends at once.
 * SIGHUP asks to read again.
 */
export function processIo(): Io {
  return {
    stdin: process.stdin,
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    isInteractive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    env: process.env,
    uid: process.getuid?.(),
    stopRequested: () =>
      new Promise((resolve) => {
        const stop = (signal: NodeJS.Signals) => {
          for (const caught of STOP_SIGNALS) process.off(caught, stop);
          resolve(signal);
        };
        for (const caught of STOP_SIGNALS) process.on(caught, stop);
      }),
    onReloadRequested: (reload) => {
      process.on("SIGHUP", reload);
      return () => process.off("SIGHUP", reload);
    },
    endWithin: (ms) => void setTimeout(() => process.exit(), ms).unref(),
  };
}

/** Writes to a stream, one wait for all who write while its reader is slow. */
export function outputOf(stream: Writable & { readonly isTTY?: boolean; readonly columns?: number }): Output {
  let failure: Error | undefined;
  let drained: Promise<void> | undefined;
  const drain = async () => {
    try {
      await once(stream, "drain");
    } finally {
      drained = undefined;
    }
  };
  stream.on("error", (error) => {
    failure = error;
  });
  return {
    write: (text) => {
      if (failure !== undefined) throw failure;
      if (stream.write(text)) return undefined;
      drained ??= drain();
      return drained;
    },
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns;
    },
  };
}
