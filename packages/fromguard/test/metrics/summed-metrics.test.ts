import { describe, expect, it } from "vitest";
import { createMetrics, type Samples } from "../../src/metrics/metrics.js";
import { summedMetrics } from "../../src/metrics/summed-metrics.js";

const MAP = { what: "map", source: "m" } as const;
const follower = { ...MAP, reload: () => Promise.resolve(), close: () => undefined };
const kept = { ...MAP, kind: "kept", text: "", place: {}, warnings: [] } as const;

/** Metrics of workers by process, summed with those of a primary. */
function summed(workers: ReadonlyMap<number, ReturnType<typeof createMetrics>>) {
  const silent = new Set<number>();
  const ask = async () => {
    const answers = new Map<number, Samples>();
    for (const [process, metrics] of workers) {
      if (!silent.has(process)) answers.set(process, structuredClone(await metrics.samples()));
    }
    return answers;
  };
  const sums = summedMetrics(createMetrics(), ask);
  for (const process of workers.keys()) sums.started(process);
  const sample = async (name: string) => {
    const lines = (await sums.text()).split("\n");
    return lines
      .find((line) => line.startsWith(`${name} `))
      ?.split(" ")
      .at(-1);
  };
  return { sums, silent, sample };
}

describe("metrics of several processes", () => {
  const RULES = 'fromguard_rule_errors_total{rule="r"}';
  const two = () => new Map([1, 2].map((process) => [process, createMetrics(() => 1000 * process)]));

  it("are summed where they count, and those of a process that ended stay", async () => {
    const workers = two();
    const { sums, sample, silent } = summed(workers);
    for (const metrics of workers.values()) metrics.ruleFailed("r");
    expect(await sample(RULES)).toBe("2");
    sums.ended(1);
    workers.delete(1);
    workers.get(2)?.ruleFailed("r");
    expect(await sample(RULES)).toBe("3");
    silent.add(2);
    workers.get(2)?.ruleFailed("r");
    expect(await sample(RULES)).toBe("3");
    sums.ended(2);
    expect(await sample(RULES)).toBe("3");
  });

  it("tell of the process that is worst where they are a state, as long as it lives", async () => {
    const workers = two();
    const { sums, sample } = summed(workers);
    for (const metrics of workers.values()) metrics.follows([follower]);
    workers.get(2)?.reloaded(kept);
    const labels = '{what="map",source="m"}';
    expect(await sample(`fromguard_serving_last_good${labels}`)).toBe("1");
    expect(await sample(`fromguard_reload_last_success_timestamp_seconds${labels}`)).toBe("1");
    sums.ended(2);
    expect(await sample(`fromguard_serving_last_good${labels}`)).toBe("0");
    expect(await sample(`fromguard_reload_failures_total${labels}`)).toBe("1");
  });

  it("keep how long decisions took in a process that ended", async () => {
    const workers = two();
    const { sums, sample } = summed(workers);
    for (const metrics of workers.values()) metrics.took("policy", 0.002);
    const count = 'fromguard_decision_duration_seconds_count{listener="policy"}';
    expect(await sample(count)).toBe("2");
    sums.ended(1);
    workers.delete(1);
    expect(await sample(count)).toBe("2");
    workers.get(2)?.took("policy", 0.002);
    expect(await sample(count)).toBe("3");
  });

  it("say that a source is down where one process at least says so, as long as it does", async () => {
    const workers = two();
    const { sums } = summed(workers);
    for (const metrics of workers.values()) metrics.answered("sql:a", [{ kind: "yes" }]);
    expect(await sums.down()).toEqual([]);
    workers.get(2)?.answered("sql:a", [{ kind: "unknown" }]);
    expect(await sums.down()).toEqual(["sql:a"]);
    workers.get(2)?.answered("sql:a", [{ kind: "yes" }]);
    expect(await sums.down()).toEqual([]);
  });

  it("do not take up again the answer of a process that ended meanwhile", async () => {
    const late = createMetrics();
    late.ruleFailed("r");
    const sums = summedMetrics(createMetrics(), async () => {
      sums.ended(1);
      return new Map([[1, await late.samples()]]);
    });
    sums.started(1);
    expect(await sums.text()).not.toContain("rule_errors_total{");
  });
});
