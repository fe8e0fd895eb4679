import { parseArgs } from "node:util";
import { positive, someOf } from "../options.js";

/** What is measured of starts and reloads. */
export interface ReloadPlan {
  readonly lines: number;
  readonly rounds: number;
  readonly connections: number;
  readonly sources: readonly ("texthash" | "grants")[];
}

const OPTIONS = {
  lines: { type: "string", default: "100000" },
  rounds: { type: "string", default: "3" },
  connections: { type: "string", default: "16" },
  sources: { type: "string", default: "texthash,grants" },
} as const;

/** Fewer lines do not hold the logins that are asked for. */
const MIN_LINES = 500;

/** @throws Error with `ERR_PARSE_ARGS_INVALID_OPTION_VALUE`, and one sentence */
export function readPlan(args: readonly string[]): ReloadPlan {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  return {
    lines: Math.max(MIN_LINES, positive("lines", values.lines)),
    rounds: positive("rounds", values.rounds),
    connections: positive("connections", values.connections),
    sources: someOf("sources", values.sources, ["texthash", "grants"]),
  };
}
