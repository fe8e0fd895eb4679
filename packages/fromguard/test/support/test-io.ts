import type { Io, Output } from "../../src/io.js";

/** A world for a command: what it reads is given, what it writes is kept. */
export interface TestIo extends Io {
  readonly out: () => string;
  readonly err: () => string;
  /** Asks a command that stays up to stop. */
  stop(signal?: string): void;
  /** Asks a command that stays up to read its files again. */
  reload(): void;
}

export function testIo(
  options: {
    readonly stdin?: AsyncIterable<Uint8Array> | string;
    readonly terminal?: boolean;
    /** Whether standard input is a terminal, too. */
    readonly interactive?: boolean;
    readonly env?: Io["env"];
    /** Told of each write to standard output. */
    readonly onOut?: (text: string) => void | Promise<void>;
  } = {},
): TestIo {
  const { stdin = "", terminal = false, interactive = false, env = {}, onOut } = options;
  const written = { out: "", err: "" };
  const output = (name: "out" | "err"): Output => ({
    isTerminal: terminal,
    columns: undefined,
    write: (text) => {
      written[name] += text;
      return name === "out" ? onOut?.(text) : undefined;
    },
  });
  let stop: (signal: string) => void = () => undefined;
  const reloads = new Set<() => void>();
  const stopped = new Promise<string>((resolve) => {
    stop = resolve;
  });
  return {
    stdin: typeof stdin === "string" ? chunksOf(stdin) : stdin,
    stdout: output("out"),
    stderr: output("err"),
    isInteractive: interactive,
    env,
    stopRequested: () => stopped,
    onReloadRequested: (reload) => {
      reloads.add(reload);
      return () => reloads.delete(reload);
    },
    endWithin: () => undefined,
    out: () => written.out,
    err: () => written.err,
    stop: (signal = "SIGTERM") => stop(signal),
    reload: () => {
      for (const reload of reloads) reload();
    },
  };
}

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  if (text !== "") yield new TextEncoder().encode(text);
}
