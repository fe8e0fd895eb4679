import { parseArgs } from "node:util";
import { positive, someOf } from "../options.js";
import type { Protocol, Transport } from "./subject.js";

const PROTOCOLS: readonly Protocol[] = ["policy", "milter", "http"];
const TRANSPORTS: readonly Transport[] = ["tcp", "unix"];

const OPTIONS = {
  rounds: { type: "string", default: "9" },
  "time-ms": { type: "string", default: "500" },
  connections: { type: "string", default: "1,16,64" },
  transports: { type: "string", default: TRANSPORTS.join(",") },
  protocols: { type: "string", default: PROTOCOLS.join(",") },
  only: { type: "string", default: "" },
  markdown: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** How the servers are measured, as the README has it too. */
export const USAGE = `npm run bench -- servers ${Object.entries(OPTIONS)
  .map(([name, option]) => `[--${name}${option.type === "boolean" ? "" : ` ${option.default || "TEXT"}`}]`)
  .join(" ")}`;

/** What is measured, and how it is printed. */
export interface Plan {
  readonly rounds: number;
  /** Milliseconds of a round for each server. */
  readonly timeMs: number;
  readonly connections: readonly number[];
  readonly transports: readonly Transport[];
  readonly protocols: readonly Protocol[];
  /** Only subjects whose name holds this text, beside the bare servers. */
  readonly only: string;
  readonly markdown: boolean;
}

/**
 * Reads the options of the benchmark of servers; `help` where only {@link USAGE} is wanted.
 *
 * @throws Error with a code `ERR_PARSE_ARGS_...`
 */
export function readPlan(args: readonly string[]): Plan | "help" {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help) return "help";
  return {
    rounds: positive("rounds", values.rounds),
    timeMs: positive("time-ms", values["time-ms"]),
    connections: values.connections.split(",").map((count) => positive("connections", count)),
    transports: someOf("transports", values.transports, TRANSPORTS),
    protocols: someOf("protocols", values.protocols, PROTOCOLS),
    only: values.only,
    markdown: values.markdown,
  };
}
