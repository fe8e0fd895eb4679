import { isRecord } from "../kind.js";

/** An operation of a libmilter script, such as `["addheader", "X-A", "b"]`. */
export type Operation = readonly [name: string, ...args: (string | number)[]];

/** What a scripted filter does at one event. */
export interface Step {
  readonly operations: readonly Operation[];
  /** continue, accept, reject, tempfail, discard, skip or noreply. */
  readonly result: string;
}

/** What a filter of a recording was told to do: libmilter's words, see the corpus. */
export interface FilterScript {
  /** The actions asked for. Absent: all that were offered. */
  readonly actions?: number;
  /** The steps asked for. Absent: none. */
  readonly steps?: number;
  /** Stage number to macro names. */
  readonly symlist?: Readonly<Record<string, string>>;
  /** Event name to what is done there. */
  readonly on?: Readonly<Record<string, unknown>>;
}

/**
 * Makes a script into a function from event to step that counts the calls of each event: of a sequence, the nth call
 * takes the nth step and the last one repeats. An event that the script does not name continues.
 */
export function stepper({ on = {} }: FilterScript): (event: string) => Step {
  const calls = new Map<string, number>();
  return (event) => {
    const call = calls.get(event) ?? 0;
    calls.set(event, call + 1);
    return stepOf(Object.hasOwn(on, event) ? on[event] : "continue", call);
  };
}

function stepOf(script: unknown, call: number): Step {
  if (typeof script === "string") return { operations: [], result: script };
  if (!isRecord(script)) throw new TypeError(`no step of a filter script: ${JSON.stringify(script)}`);
  if (Array.isArray(script.seq)) {
    const sequence: readonly unknown[] = script.seq;
    return stepOf(sequence[Math.min(call, sequence.length - 1)], 0);
  }
  const { do: operations = [], ret = "continue" } = script;
  return { operations: operations as readonly Operation[], result: String(ret) };
}
