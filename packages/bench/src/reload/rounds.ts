import { load } from "../servers/load.js";
import { readCpu } from "../servers/pinned.js";
import { policyAsker, policyQuestions } from "../servers/policy-asker.js";
import type { Asker } from "../servers/question.js";
import { SoakedDaemon } from "../soak/daemon.js";
import type { ReloadPlan } from "./plan.js";
import type { OwnershipFile } from "./sources.js";

/** What clients and the daemon saw of a stretch of load. */
interface Stretch {
  readonly worstMs: number;
  /** The longest time that the event loop of the daemon was held up. */
  readonly heldMs: number;
  readonly decisions: number;
  readonly wrong: number;
}

/** One daemon: its start, a stretch of load, and a reload under load. */
export interface Round {
  readonly startMs: number;
  /** Of the process, from its first instruction until it listens. */
  readonly startCpuMs: number;
  readonly calm: Stretch;
  readonly reload: Stretch & { readonly ms: number; readonly cpuMs: number };
}

/** Milliseconds of load without a reload. */
const CALM_MS = 3000;
/** Until the code is compiled. */
const WARM_MS = 2000;
/** Milliseconds for a reload, beyond which the measurement has failed. */
const RELOAD_MS = 120_000;

/** Starts a daemon on a file of so many lines, and has it read the file again under load. */
export async function measureRound(source: OwnershipFile, { lines, connections }: ReloadPlan): Promise<Round> {
  const texts = [1, 2].map((version) => source.text(lines, version));
  const begun = performance.now();
  const daemon = await SoakedDaemon.start({
    workers: 1,
    maxConnections: 1000,
    ownership: { file: source.file, entry: source.entry, text: texts[0] ?? "" },
    preload: new URL("loop-probe.js", import.meta.url).href,
  });
  try {
    const startMs = performance.now() - begun;
    const cpuMs = () => readCpu(daemon.pids).ticks * MS_A_TICK;
    const startCpuMs = cpuMs();
    const address = daemon.address("policy", "tcp");
    const askers = await Promise.all(Array.from({ length: connections }, () => policyAsker(address)));
    await stretchOf(daemon, askers, { timeMs: WARM_MS });
    const calm = await stretchOf(daemon, askers, { timeMs: CALM_MS });
    const [cpuBefore, at] = [cpuMs(), performance.now()];
    const done = daemon.untilEvent(source.reloaded, RELOAD_MS);
    await daemon.replace(texts[1] ?? "");
    const reload = await stretchOf(daemon, askers, { until: done });
    for (const asker of askers) asker.close();
    return { startMs, startCpuMs, calm, reload: { ...reload, ms: performance.now() - at, cpuMs: cpuMs() - cpuBefore } };
  } finally {
    await daemon.stop();
  }
}

const MS_A_TICK = 10;

async function stretchOf(
  daemon: SoakedDaemon,
  askers: readonly Asker<Buffer>[],
  stretch: { timeMs: number } | { until: Promise<unknown> },
): Promise<Stretch> {
  await daemon.longestHold();
  let isOver = false;
  const end =
    "until" in stretch
      ? stretch.until.finally(() => {
          isOver = true;
        })
      : undefined;
  // Told where it is awaited.
  end?.catch(() => undefined);
  let [worstMs, decisions, wrong] = [0, 0, 0];
  do {
    const { latencies, wrong: bad } = await load(askers, policyQuestions(), {
      timeMs: "timeMs" in stretch ? stretch.timeMs : SLICE_MS,
    });
    decisions += latencies.length;
    wrong += bad;
    worstMs = latencies.reduce((most, each) => Math.max(most, each), worstMs);
  } while (end !== undefined && !isOver && askers.some(({ isOpen }) => isOpen));
  await end;
  return { worstMs, heldMs: await daemon.longestHold(), decisions, wrong };
}

/** How often a load without an end looks whether it is over. */
const SLICE_MS = 100;
