import { AggregatorRegistry } from "prom-client";
import { type Exposition, type Metrics, type Samples, SOURCE_DOWN } from "./metrics.js";

/** The metrics of the primary and its workers as one. */
export interface SummedMetrics extends Exposition {
  /** A worker, by its process, has started: it is asked. */
  started(process: number): void;
  /** A worker has ended: what it had counted when it was asked last stays in the sums, so that no counter goes down. */
  ended(process: number): void;
}

/**
 * Sums counters over processes; of a gauge, the value of the worst process counts.
 *
 * @param own metrics of the primary
 * @param ask what each worker has counted, by its process; who does not answer is missing, and counts as it did before
 */
export function summedMetrics(own: Metrics, ask: () => Promise<ReadonlyMap<number, Samples>>): SummedMetrics {
  const alive = new Map<number, Samples>();
  let gone: Samples = [];
  let turn: Promise<void> = Promise.resolve();
  const total = async () => {
    for (const [process, samples] of await ask()) if (alive.has(process)) alive.set(process, samples);
    const mine = await own.samples();
    await turn;
    return sum([mine, gone, ...alive.values()]);
  };
  return {
    started: (process) => alive.set(process, []),
    ended: (process) => {
      const last = alive.get(process) ?? [];
      alive.delete(process);
      turn = turn.then(async () => {
        gone = await sum([gone, last.filter(isCount)]).getMetricsAsJSON();
      });
    },
    contentType: own.contentType,
    text: async () => (await total()).metrics(),
    down: async () => downIn(await (await total()).getMetricsAsJSON()),
  };
}

function sum(all: readonly Samples[]) {
  return AggregatorRegistry.aggregate([...all]);
}

/** The sources of which one process at least says that they are down. */
function downIn(samples: Samples): readonly string[] {
  const found = samples.find(({ name }) => name === SOURCE_DOWN);
  return (found?.values ?? []).flatMap(({ value, labels }) => (value > 0 ? [String(labels.source)] : []));
}

/** What a process that is gone has counted stays true; the state that it had does not. */
function isCount({ type }: Samples[number]): boolean {
  return ["counter", "histogram"].includes(String(type));
}
