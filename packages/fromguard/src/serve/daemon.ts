import { type Directory, FromguardError, type Guard, isFromguardError, LIST_BLIND_TO } from "@fromguard/core";
import { createExchange } from "@fromguard/http";
import { createMilterServer } from "@fromguard/milter";
import type { Admission, KeyPath, Listener, Refusal } from "@fromguard/node";
import { createPolicyServer } from "@fromguard/policy";
import type { Config } from "../config/config.js";
import { accessOf } from "../config/listeners.js";
import type { ContextGuards } from "../config/policy.js";
import { invalid } from "../config/validate.js";
import type { Exposition, Metrics } from "../metrics/metrics.js";
import { list } from "../report/words.js";
import { auditLine } from "./audit-line.js";
import { httpLine, type Line, milterLine, policyLine, refusedLine, withMaster, writeLine } from "./event-lines.js";
import { type Kind, refuseHomelessRules, rulesOn } from "./homeless-rules.js";
import { exchangeOptions, type HttpParts, tlsOf } from "./http-parts.js";
import type { OpenSecrets } from "./http-secrets.js";
import { serveHttp } from "./http-server.js";
import type { Log } from "./log.js";

type ListenerEntry = Config["listeners"][number];

/** A listener of the daemon. */
export interface RunningListener {
  readonly kind: Kind;
  /** The real address: port 0 has become the port that the system chose. */
  readonly address: string;
  /** The rules that run here, by name. */
  readonly rules: readonly string[];
}

/** Where the daemon tells what happens. */
export interface Reporting {
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What only some daemons have. */
export interface DaemonParts {
  /** Of listeners whose contexts carry rules of their own. */
  readonly contexts?: ContextGuards;
  /** Counts the connections of a listener, by its place in the list, where other processes serve it too. */
  readonly admissionOf?: (listener: number) => Admission;
  /** Tokens and certificates of HTTP listeners. */
  readonly secrets?: OpenSecrets;
  /** What HTTP listeners list to who may ask for it. */
  readonly directory?: Directory | undefined;
  /** What HTTP listeners show as metrics; those of a worker alone would not add up. */
  readonly exposition?: Exposition;
}

/** Listeners that run. */
export interface Daemon {
  readonly listeners: readonly RunningListener[];
  /** One sentence for each rule that does not run on every listener. */
  readonly notes: readonly string[];
  /** Accepts no more, answers what is in flight, up to `graceMs` (default 10,000). */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * Starts every listener of a configuration, or none.
 *
 * @throws FromguardError naming the listener in the configuration: no listener at all, a rule that could run on none, a
 * listener without a rule, an address that cannot be listened on. What was opened before is closed again.
 */
export async function startDaemon(
  config: Config,
  guard: Guard,
  reporting: Reporting,
  parts: DaemonParts = {},
): Promise<Daemon> {
  if (config.listeners.length === 0) {
    throw invalid(config.document, ["listeners"], "required: name at least one, such as - milter: 127.0.0.1:10041");
  }
  refuseHomelessRules(config, guard);
  const running: (RunningListener & { readonly listener: Listener })[] = [];
  const { contexts, admissionOf } = parts;
  let isOpen = false;
  const close = async (options?: { readonly graceMs?: number }) => {
    isOpen = false;
    await Promise.all(running.map(({ listener }) => listener.close(options)));
  };
  try {
    const ready = config.listeners.map((entry, index) => ({
      entry,
      open: prepare(
        entry,
        {
          guard,
          contexts: contexts?.get(index),
          admission: admissionOf?.(index),
          http: { ...parts, secrets: parts.secrets?.of(index), isReady: () => isOpen },
        },
        reporting,
        config,
      ),
    }));
    for (const { entry, open } of ready) {
      const listener = await atEntry(entry, config, open);
      const rules = rulesOn(entry.kind, guard).map(({ name }) => name);
      running.push({ kind: entry.kind, address: listener.address, rules, listener });
    }
  } catch (error) {
    await close({ graceMs: 0 });
    throw error;
  }
  isOpen = true;
  const listeners = running.map(({ kind, address, rules }) => ({ kind, address, rules }));
  return { listeners, notes: notesOn(listeners, guard), close };
}

function notesOn(listeners: readonly RunningListener[], guard: Guard): readonly string[] {
  const name = ({ kind, address }: RunningListener) => `${kind} ${address}`;
  const unseen = listeners
    .filter((listener) => listener.kind === "milter" && judgesHeaders(listener, guard))
    .map(
      (listener) =>
        `${name(listener)} sees header fields, not octets, and cannot see ${list(LIST_BLIND_TO, "or")} where the MTA mends or hides it`,
    );
  const partial = guard.rules.flatMap(({ name: rule }) => {
    const here = listeners.filter(({ rules }) => rules.includes(rule));
    const not = listeners.filter(({ rules }) => !rules.includes(rule));
    if (not.length === 0) return [];
    return [`${rule} runs on ${list(here.map(name), "and")}, not on ${list(not.map(name), "and")}`];
  });
  return [...partial, ...unseen];
}

function judgesHeaders({ rules }: RunningListener, guard: Guard): boolean {
  return guard.rules.some((rule) => rules.includes(rule.name) && rule.needs.includes("headers"));
}

/** Who judges what comes to a listener, and who counts its connections. */
interface Judging {
  readonly guard: Guard;
  readonly contexts: Readonly<Record<string, Guard>> | undefined;
  readonly admission: Admission | undefined;
  readonly http: HttpParts;
}

/** Makes the server of a listener, which may find fault with the policy, and leaves opening it for later. */
function prepare(
  entry: ListenerEntry,
  { guard, contexts, admission, http }: Judging,
  { log, metrics }: Reporting,
  config: Config,
): () => Promise<Listener> {
  const tell = (line: Line) => {
    writeLine(log, withMaster(line, config.ownership.login));
    if (line[1] !== "decision") metrics.happened(entry.kind, line[1]);
  };
  const listening = { access: accessOf(entry.options), ...(admission === undefined ? {} : { admission }) };
  const most = entry.options["max-connections"];
  const maxConnections = most === undefined ? {} : { maxConnections: most };
  try {
    switch (entry.kind) {
      case "policy": {
        const server = createPolicyServer({
          guard,
          contexts,
          limits: maxConnections,
          partial: true,
          onEvent: (event) => {
            if (event.kind === "decided") metrics.decided("policy", event.decision);
            tell(policyLine(event));
          },
        });
        return () => server.listen(entry.options.policy, listening);
      }
      case "milter": {
        const server = createMilterServer({
          guard,
          partial: true,
          readLimits: config.limits,
          localMail: entry.options["local-mail"] ?? "postfix",
          refusedLocalMail: entry.options["refused-local-mail"] ?? "quarantine",
          onEvent: (event) => {
            if (event.kind === "decision") metrics.decided("milter", event.decision);
            if (event.kind === "decision" && config.log.audit) writeLine(log, auditLine(event));
            tell(milterLine(event));
          },
        });
        return () => server.listen(entry.options.milter, { ...listening, ...maxConnections });
      }
      case "http": {
        const handler = createExchange({
          ...exchangeOptions(entry.options, http),
          guard,
          readLimits: config.limits,
          onEvent: (event) => {
            if (event.kind === "decided") metrics.decided("http", event.decision);
            tell(httpLine(event));
          },
        });
        const onRefused = (refusal: Refusal) => tell(refusedLine("http", refusal));
        const own = { ...tlsOf(http), handler, onRefused };
        return () => serveHttp({ address: entry.options.http, ...listening, ...maxConnections, ...own });
      }
    }
  } catch (error) {
    throw placed(error, entry.path, config);
  }
}

async function atEntry<T>(entry: ListenerEntry, config: Config, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw placed(error, entry.path, config);
  }
}

/** The error with its place in the configuration, where it is one of ours. */
export function placed(error: unknown, path: KeyPath, config: Config): unknown {
  if (!isFromguardError(error)) return error;
  return new FromguardError(error.code, error.message, { place: config.document.place(path), cause: error });
}
