import { isDeepStrictEqual } from "node:util";
import type { Config } from "../config/config.js";
import { addressOf } from "./served-policy.js";

/** Keys of listeners by which they are opened. */
const OPENING = ["mode", "owner", "group", "max-connections"] as const;

/** Keys of the configuration by which the process runs. */
const OF_PROCESS = ["workers", "metrics", "log", "suspects", "user", "group"] as const;

/** The keys that were changed and hold only after a restart, since listeners stay open as they are. */
export function restartKeys(running: Config, next: Config): readonly string[] {
  const process = OF_PROCESS.filter((key) => !isDeepStrictEqual(running[key], next[key])).map((key) =>
    key === "suspects" ? "account-suspect" : key,
  );
  const left = [...next.listeners.entries()];
  const listeners = running.listeners.flatMap((before, place): readonly string[] => {
    const at = left.findIndex(([, entry]) => addressOf(entry) === addressOf(before));
    const [found] = at < 0 ? [] : left.splice(at, 1);
    if (found === undefined) return [`listeners[${place}] (${addressOf(before)}, gone)`];
    const [index, { options }] = found;
    const changed: string[] = OPENING.filter((key) => options[key] !== before.options[key]);
    if (hasTls(options) !== hasTls(before.options)) changed.push("tls");
    if (!isDeepStrictEqual(contextsOf(options), contextsOf(before.options))) changed.push("contexts (their names)");
    return changed.map((key) => `listeners[${index}].${key}`);
  });
  const added = left.map(([index, entry]) => `listeners[${index}] (${addressOf(entry)}, new)`);
  return [...process, ...listeners, ...added];
}

type Options = Config["listeners"][number]["options"];

function hasTls(options: Options): boolean {
  return "tls" in options && options.tls !== undefined;
}

function contextsOf(options: Options): readonly string[] {
  return "contexts" in options ? Object.keys(options.contexts ?? {}).sort() : [];
}
