import type { Readings, Shown } from "../message.js";
import { JAVASCRIPT_READERS, type Reader } from "./javascript.js";
import { PYTHON_READERS, startPython } from "./python.js";

/** Every reader, ready to read. */
export interface Readers {
  readonly names: readonly string[];
  /** What each shows of each message. Rejects where a reader is dead. */
  readonly read: (batch: readonly Uint8Array[]) => Promise<readonly Readings[]>;
  readonly close: () => void;
}

/** Starts every reader. */
export function startReaders(): Readers {
  const python = startPython();
  return {
    names: [...Object.keys(JAVASCRIPT_READERS), ...PYTHON_READERS],
    read: async (batch) => {
      const [ofPython, others] = await Promise.all([python.read(batch), readEach(JAVASCRIPT_READERS, batch)]);
      return others.map((readings, index) => ({ ...readings, ...ofPython[index] }));
    },
    close: python.close,
  };
}

/** What each of `readers` shows of each message: nothing where it throws. */
export async function readEach(
  readers: Readonly<Record<string, Reader>>,
  batch: readonly Uint8Array[],
): Promise<readonly Readings[]> {
  const all: Readings[] = [];
  for (const raw of batch) {
    const readings: Record<string, Shown | undefined> = {};
    for (const [name, read] of Object.entries(readers)) {
      try {
        readings[name] = await read(raw);
      } catch {
        readings[name] = undefined;
      }
    }
    all.push(readings);
  }
  return all;
}
