import type { Decision } from "@fromguard/core";
import { Counter, Gauge, type MetricObjectWithValues, type MetricValue, Registry } from "prom-client";
import type { Followed, Reload } from "../config/following.js";

/** What is answered to who asks for metrics. */
export interface Exposition {
  readonly contentType: string;
  /** The whole text. */
  text(): Promise<string>;
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
  /** A worker of the daemon ended, and it had not been asked to. */
  workerEnded(): void;
  samples(): Promise<Samples>;
}

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
    aggregator: "min" | "max",
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

  const known = new Set<string>();

  return {
    decided: (listener, { action, code, findings }) => {
      decisions.inc({ listener, action, code });
      for (const { rule, verdict } of findings) {
        if (verdict.kind === "unknown") unknowns.inc({ rule, code: verdict.code });
      }
    },
    happened: (listener, event) => events.inc({ listener, event }),
    ruleFailed: (rule) => ruleErrors.inc({ rule }),
    answered: (source, answers) => {
      for (const { kind } of answers) answersOf.inc({ source, answer: kind });
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
    samples: () => registry.getMetricsAsJSON(),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
