import { ANSWER_MS, type Soaked, type SoakPlan } from "./full-load.js";

/** What was to hold, and whether it did. */
export interface Verdict {
  readonly name: string;
  readonly isHeld: boolean;
  readonly text: string;
}

/** Growth of memory from the third quarter of the time to the last that is none. */
const MAX_GROWTH = 0.05;

/** Before that heaps are still growing to their working size: growth is told, and not judged. */
const WARM_SECONDS = 120;

/** What must hold of a daemon at full load. */
export function loadVerdicts(soaked: Soaked, { seconds, workers }: SoakPlan): readonly Verdict[] {
  const { decisions, wrong, closed, refused, killed, longestMs, unanswered, reloads, memory, events, exitCode } =
    soaked;
  const read = events.get("map-reloaded") ?? 0;
  const ended = events.get("worker-ended") ?? 0;
  const isWarm = seconds >= WARM_SECONDS;
  const quarters = memory.quarters.map((megabytes) => megabytes.toFixed(0)).join(", ");
  return [
    {
      name: "answers",
      isHeld: wrong === 0 && decisions > 0,
      text: `${count(decisions)} decisions, ${count(decisions / seconds)} a second, by ${workers} workers: ${wrong} wrong`,
    },
    {
      name: "connections",
      isHeld: unanswered + closed + refused === 0 && longestMs < ANSWER_MS,
      text: `${count(killed)} clients killed, ${unanswered} questions of others without an answer, ${closed} connections closed, ${refused} refused; the longest wait ${longestMs.toFixed(0)} ms`,
    },
    {
      name: "reloads",
      isHeld: read === reloads * workers && !events.has("map-kept") && ended === 0,
      text: `${reloads} times SIGHUP, ${read} readings by workers, ${ended} workers ended`,
    },
    {
      name: "memory",
      isHeld: memory.growth < MAX_GROWTH || (!isWarm && !Number.isNaN(memory.growth)),
      text: `${quarters} MB in the quarters of the time, most ${memory.mostMegabytes.toFixed(0)} MB; ${(100 * memory.growth).toFixed(1)} % from the third to the last${isWarm ? "" : `, not judged in less than ${WARM_SECONDS} s`}`,
    },
    { name: "end", isHeld: exitCode === 0, text: `exit code ${exitCode}` },
  ];
}

/** What the daemon's log told, by event. */
export function logLine({ events }: Pick<Soaked, "events">): string {
  return [...events].map(([event, times]) => `${event} ${count(times)}`).join(", ");
}

export function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}
