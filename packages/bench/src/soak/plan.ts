import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { invalid, positive, someOf } from "../options.js";
import type { SoakPlan } from "./full-load.js";

const PARTS = ["load", "idle", "slow", "flood"] as const;

/** What is to be soaked, and how. */
export interface Plan extends SoakPlan {
  readonly parts: readonly (typeof PARTS)[number][];
}

const OPTIONS = {
  minutes: { type: "string" },
  seconds: { type: "string" },
  workers: { type: "string", default: String(availableParallelism()) },
  clients: { type: "string", default: "8" },
  parts: { type: "string" },
} as const;

const DEFAULT_SECONDS = 600;

/** So many samples of memory at least, one a second, make a course of four quarters. */
const MIN_SECONDS = 8;

/**
 * Reads the options of the soak. `--minutes`: 10 unless told, and all four parts. `--seconds` is for a run in passing: it is one of
 * the load alone.
 *
 * @throws Error with `ERR_PARSE_ARGS_INVALID_OPTION_VALUE`, and one sentence
 */
export function readPlan(args: readonly string[]): Plan {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.minutes !== undefined && values.seconds !== undefined) throw invalid("--minutes or --seconds, not both");
  const isBrief = values.seconds !== undefined;
  const seconds = isBrief ? Number(values.seconds) : 60 * Number(values.minutes ?? DEFAULT_SECONDS / 60);
  if (!(seconds >= MIN_SECONDS)) throw invalid(`a soak lasts at least ${MIN_SECONDS} seconds`);
  return {
    seconds,
    workers: positive("workers", values.workers),
    clients: positive("clients", values.clients),
    parts: someOf("parts", values.parts ?? (isBrief ? "load" : PARTS.join(",")), PARTS),
  };
}
