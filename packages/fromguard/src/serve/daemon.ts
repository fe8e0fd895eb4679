import { LIST_BLIND_TO } from "@fromguard/core";
import type { Admission, Listener } from "@fromguard/node";
import type { Exposition } from "../metrics/metrics.js";
import { list } from "../report/words.js";
import type { Kind } from "./homeless-rules.js";
import { prepareListener } from "./open-listener.js";
import { placed } from "./placed.js";
import type { Reporting } from "./reporting.js";
import type { Judging, ServedPolicy } from "./served-policy.js";

/** A listener of the daemon. */
export interface RunningListener {
  readonly kind: Kind;
  /** The real address: port 0 has become the port that the system chose. */
  readonly address: string;
  /** The rules that run here, by name. */
  readonly rules: readonly string[];
  /** It decides and logs, and refuses nothing. */
  readonly shadow?: true;
}

/** What only some daemons have. */
export interface DaemonParts {
  /** Counts the connections of a listener, by its place in the list, where other processes serve it too. */
  readonly admissionOf?: (listener: number) => Admission;
  /** What HTTP listeners show as metrics; those of a worker alone would not add up. */
  readonly exposition?: Exposition;
}

/** Listeners that run. */
export interface Daemon {
  readonly listeners: readonly RunningListener[];
  /** One sentence for each rule that does not run on every listener, and for each listener that refuses nothing. */
  readonly notes: readonly string[];
  /** Accepts no more, answers what is in flight, up to `graceMs` (default 10,000). */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * Starts every listener of a configuration, or none.
 *
 * @param served what is in force, read anew for each transaction
 * @throws FromguardError naming the listener in the configuration: an address that cannot be listened on. What was opened before is closed
 * again.
 */
export async function startDaemon(
  served: () => ServedPolicy,
  reporting: Reporting,
  { admissionOf, exposition }: DaemonParts = {},
): Promise<Daemon> {
  const { config, listeners: judges } = served();
  const running: (RunningListener & { readonly listener: Listener })[] = [];
  let isOpen = false;
  const isReady = () => isOpen && reporting.metrics.down().length === 0;
  const close = async (options?: { readonly graceMs?: number }) => {
    isOpen = false;
    await Promise.all(running.map(({ listener }) => listener.close(options)));
  };
  const at = async <T>({ entry }: Judging, open: () => T): Promise<Awaited<T>> => {
    try {
      return await open();
    } catch (error) {
      throw placed(error, entry.path, config);
    }
  };
  try {
    const ready: { readonly judge: Judging; readonly open: () => Promise<Listener> }[] = [];
    for (const [listener, judge] of judges.entries()) {
      const plan = { served, listener, admission: admissionOf?.(listener), exposition, isReady };
      ready.push({ judge, open: await at(judge, () => prepareListener(plan, reporting)) });
    }
    for (const { judge, open } of ready) {
      const listener = await at(judge, open);
      const { kind, options } = judge.entry;
      const rules = judge.guard.rules.map(({ name }) => name);
      const shadow = options.shadow || config.shadow ? ({ shadow: true } as const) : {};
      running.push({ kind, address: listener.address, rules, ...shadow, listener });
    }
  } catch (error) {
    await close({ graceMs: 0 });
    throw error;
  }
  isOpen = true;
  reporting.metrics.serves(
    running.map(({ listener, ...told }) => ({ ...told, connections: () => listener.connections })),
  );
  const listeners = running.map(({ listener, ...told }) => told);
  return { listeners, notes: notesOn(listeners, judges), close };
}

function notesOn(listeners: readonly RunningListener[], judges: readonly Judging[]): readonly string[] {
  const name = ({ kind, address }: RunningListener) => `${kind} ${address}`;
  const all = new Map(judges.flatMap(({ guard }) => guard.rules.map((rule) => [rule.name, rule] as const)));
  const judgesHeaders = ({ rules }: RunningListener) => rules.some((rule) => all.get(rule)?.needs.includes("headers"));
  const unseen = listeners
    .filter((listener) => listener.kind === "milter" && judgesHeaders(listener))
    .map(
      (listener) =>
        `${name(listener)} sees header fields, not octets, and cannot see ${list(LIST_BLIND_TO, "or")} where the MTA mends or hides it`,
    );
  const partial = [...all.keys()].flatMap((rule) => {
    const here = listeners.filter(({ rules }) => rules.includes(rule));
    const not = listeners.filter(({ rules }) => !rules.includes(rule));
    if (not.length === 0) return [];
    return [`${rule} runs on ${list(here.map(name), "and")}, not on ${list(not.map(name), "and")}`];
  });
  return [...partial, ...unseen];
}
