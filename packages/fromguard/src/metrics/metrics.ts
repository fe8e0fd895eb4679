import type { Decision } from "@fromguard/core";
import { Counter, Gauge, Histogram, type MetricObjectWithValues, type MetricValue, Registry } from "prom-client";
import type { Followed, Reload } from "../config/following.js";
import type { DnsEvent } from "./counted-resolver.js";

/** What is answered to who asks for metrics. */
export interface Exposition {
  readonly contentType: string;
  /** The whole text. */
  text(): Promise<string>;
  /** Sources that could not answer when they were asked last, within the last half minute. */
  down(): readonly string[] | Promise<readonly string[]>;
}

/** What one process has counted, as plain data. */
export type Samples = readonly MetricObjectWithValues<MetricValue<string>>[];

/**
 * What the daemon counts, in the text format of Prometheus. Names and labels are kept from release to release; values of labels
 * come from the configuration and from the list of codes, never from the network.
 */
export interface Metrics extends Exposition {
  /** A decision of a listener; of a staged transaction, each stage. */
  decided(listener: string, decision: Decision): void;
  /** Anything else that a listener told: `engine-error`, `connection-refused`. */
  happened(listener: string, event: string): void;
  ruleFailed(rule: string): void;
  /** A source of ownership answered questions: `yes`, a kind of no, or `unknown`. */
  answered(source: string, answers: readonly { readonly kind: string }[]): void;
  /** These are followed; those that were not yet have been read for the first time. */
  follows(followed: readonly Followed[]): void;
  reloaded(reload: Reload): void;
  /** How long a decision of a listener took. */
  took(listener: string, seconds: number): void;
  dns(event: DnsEvent): void;
  /** These listeners are open. */
  serves(listeners: readonly CountedListener[]): void;
  down(): readonly string[];
  /** An account is suspect. */
  suspected(): void;
  suspectHookFailed(): void;
  /** A worker of the daemon ended, and it had not been asked to. */
  workerEnded(): void;
  samples(): Promise<Samples>;
}

/** The name of the gauge of sources that are down. */
export const SOURCE_DOWN = "fromguard_source_down";

/** A listener, and how many connections it has open now. */
interface CountedListener {
  readonly kind: string;
  readonly address: string;
  readonly shadow?: true;
  readonly connections: () => number;
}

/** Seconds: an answer from memory, from a name server near by, from one that is slow, and up to the deadline of a decision. */
const BUCKETS = [0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 20];

/** Milliseconds behind its last failure that a source is taken to be down; who is not asked any more could not show that it is up. */
const DOWN_MS = 30_000;

/** @param now milliseconds since 1970 */
export function createMetrics(now: () => number = Date.now): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name: `fromguard_${name}`, help, labelNames: [...labelNames], registers });
  /** @param aggregator which of the values of several processes stands for all */
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    aggregator: "min" | "max" | "sum",
  ) => new Gauge({ name: `fromguard_${name}`, help, labelNames: [...labelNames], registers, aggregator });

  const decisions = counter("decisions_total", "Decisions.", ["listener", "action", "code"]);
  const unknowns = counter("unknown_verdicts_total", "Verdicts that could not be found out.", ["rule", "code"]);
  const events = counter("listener_events_total", "What listeners told beside decisions.", ["listener", "event"]);
  const ruleErrors = counter("rule_errors_total", "Rules that threw.", ["rule"]);
  const answersOf = counter("source_answers_total", "Answers of sources of ownership; unknown is an error.", [
    "source",
    "answer",
  ]);
  const reloads = counter("reloads_total", "Times that changed files were read with success.", ["what", "source"]);
  const failures = counter("reload_failures_total", "Times that changed files could not be read.", ["what", "source"]);
  const lastGood = gauge(
    "reload_last_success_timestamp_seconds",
    "When the state in use was read.",
    ["what", "source"],
    "min",
  );
  const isStale = gauge(
    "serving_last_good",
    "1 where the files are broken and an older state answers, else 0.",
    ["what", "source"],
    "max",
  );
  const workersEnded = counter("workers_ended_total", "Workers that ended without being asked to.", []);

  const refusals = counter("refusals_total", "Decisions that refuse or defer, by the rule that decided.", [
    "listener",
    "action",
    "rule",
    "code",
  ]);
  const observed = counter("observed_verdicts_total", "Failures that refused nothing: shadow, tag, observe.", [
    "listener",
    "rule",
    "code",
  ]);
  const durations = new Histogram({
    name: "fromguard_decision_duration_seconds",
    help: "How long decisions took.",
    labelNames: ["listener"],
    buckets: BUCKETS,
    registers,
  });
  const questions = counter("dns_questions_total", "Records that rules asked for.", []);
  const queries = counter(
    "dns_queries_total",
    "Questions that name servers were asked; the others the cache answered.",
    [],
  );
  const queryDurations = new Histogram({
    name: "fromguard_dns_query_duration_seconds",
    help: "How long name servers took to answer, or to be given up.",
    buckets: BUCKETS,
    registers,
  });
  const dnsFailures = counter("dns_failures_total", "Questions that no name server answered, or with an error.", []);
  let counted: readonly CountedListener[] = [];
  const connections = gauge("connections", "Connections that are open.", ["listener", "address"], "sum");
  const shadows = gauge(
    "listener_shadow",
    "1 where a listener refuses nothing, else 0.",
    ["listener", "address"],
    "max",
  );
  const failedAt = new Map<string, number>();
  const isDown = gauge(
    SOURCE_DOWN.slice("fromguard_".length),
    "1 where a source could not answer when it was asked last.",
    ["source"],
    "max",
  );
  const suspects = counter("account_suspects_total", "Logins that were refused for too many addresses.", []);
  const hookFailures = counter("account_suspect_command_failures_total", "Commands for suspects that failed.", []);
  const down = () => [...failedAt].flatMap(([source, at]) => (now() - at < DOWN_MS ? [source] : []));
  const refresh = () => {
    for (const { kind, address, connections: open } of counted) connections.set({ listener: kind, address }, open());
    const failing = down();
    for (const source of failedAt.keys()) isDown.set({ source }, failing.includes(source) ? 1 : 0);
  };
  const known = new Set<string>();

  return {
    decided: (listener, decision) => {
      const { action, code, findings } = decision;
      decisions.inc({ listener, action, code });
      for (const { rule, verdict } of findings) {
        if (verdict.kind === "unknown") unknowns.inc({ rule, code: verdict.code });
      }
      for (const { rule, verdict } of decision.observed) observed.inc({ listener, rule, code: verdict.code });
      if (action === "accept") return;
      const decisive = findings.find(({ verdict }) => verdict.code === code);
      refusals.inc({ listener, action, rule: decisive?.rule ?? "", code });
    },
    took: (listener, seconds) => durations.observe({ listener }, seconds),
    dns: (event) => {
      if (event.kind === "question") return questions.inc();
      if (event.kind === "query") return queries.inc();
      queryDurations.observe(event.seconds);
      if (event.isFailed) dnsFailures.inc();
    },
    serves: (listeners) => {
      counted = listeners;
      for (const { kind, address, shadow } of listeners) shadows.set({ listener: kind, address }, shadow ? 1 : 0);
    },
    down,
    suspected: () => suspects.inc(),
    suspectHookFailed: () => hookFailures.inc(),
    happened: (listener, event) => events.inc({ listener, event }),
    ruleFailed: (rule) => ruleErrors.inc({ rule }),
    answered: (source, answers) => {
      for (const { kind } of answers) {
        answersOf.inc({ source, answer: kind });
        if (kind === "unknown") failedAt.set(source, now());
        else if (failedAt.delete(source)) isDown.set({ source }, 0);
      }
    },
    follows: (followed) => {
      for (const { what, source } of followed) {
        const key = `${what} ${source}`;
        if (known.has(key)) continue;
        known.add(key);
        reloads.inc({ what, source }, 0);
        failures.inc({ what, source }, 0);
        lastGood.set({ what, source }, now() / 1000);
        isStale.set({ what, source }, 0);
      }
    },
    reloaded: ({ what, source, kind }) => {
      isStale.set({ what, source }, kind === "kept" ? 1 : 0);
      if (kind === "kept") {
        failures.inc({ what, source });
        return;
      }
      reloads.inc({ what, source });
      lastGood.set({ what, source }, now() / 1000);
    },
    workerEnded: () => workersEnded.inc(),
    samples: () => {
      refresh();
      return registry.getMetricsAsJSON();
    },
    contentType: registry.contentType,
    text: () => {
      refresh();
      return registry.metrics();
    },
  };
}
