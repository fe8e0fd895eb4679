import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { flood } from "./flood.js";
import { ANSWER_MS, soak } from "./full-load.js";
import { idle } from "./idle.js";
import { slow } from "./slow.js";

const OPTIONS = {
  minutes: { type: "string", default: "10" },
  workers: { type: "string", default: String(availableParallelism()) },
  clients: { type: "string", default: "8" },
  parts: { type: "string", default: "load,idle,slow,flood" },
} as const;

const IDLE_CONNECTIONS = 10_000;
const MAX_IDLE_MEGABYTES = 150;
const SLOW_CLIENTS = 1000;
const SLOW_ROUNDS = 5;
const MAX_SLOWDOWN = 1.2;
const FLOOD = { attempts: 5000, limit: 1000 };
/** Growth of memory from the third quarter of the time to the last that is none. */
const MAX_GROWTH = 0.05;

/** Runs the daemon under loads that break servers, and prints what became of it; true where everything held. */
export async function soakDaemon(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const parts = values.parts.split(",");
  console.log(`node ${process.version}, ${availableParallelism()} cores, load average ${loadavg()[0]?.toFixed(1)}`);
  const held: boolean[] = [];
  const tell = (name: string, isSo: boolean, text: string) => {
    held.push(isSo);
    console.log(`${isSo ? "held" : "NOT HELD"}  ${name}: ${text}`);
  };
  if (parts.includes("load"))
    await tellLoad(Number(values.minutes), Number(values.workers), Number(values.clients), tell);
  if (parts.includes("idle")) {
    for (const protocol of ["policy", "milter"] as const) {
      const { connections, beforeMegabytes, withMegabytes, wrong } = await idle(protocol, IDLE_CONNECTIONS);
      tell(
        `idle connections, ${protocol}`,
        connections === IDLE_CONNECTIONS && withMegabytes < MAX_IDLE_MEGABYTES && wrong === 0,
        `${count(connections)} in ${withMegabytes.toFixed(0)} MB (${beforeMegabytes.toFixed(0)} MB before), ${wrong} wrong answers`,
      );
    }
  }
  if (parts.includes("slow")) {
    const { alone, beside, slowdown, wrong, sent } = await slow(SLOW_CLIENTS, SLOW_ROUNDS);
    tell(
      "slow clients",
      slowdown <= MAX_SLOWDOWN && wrong === 0,
      `${count(alone)} decisions a second alone, ${count(beside)} beside ${count(SLOW_CLIENTS)} that sent ${count(sent)} octets: slower by a factor of ${slowdown.toFixed(2)}, ${wrong} wrong answers`,
    );
  }
  if (parts.includes("flood")) {
    const { limit, attempts, kept, decisions, wrong, later, served, refusalsLogged } = await flood(
      FLOOD.attempts,
      FLOOD.limit,
    );
    tell(
      "flood",
      kept <= limit && wrong === 0 && served === later,
      `${count(attempts)} connections more, ${count(kept)} kept open at a limit of ${count(limit)}, ${count(refusalsLogged)} refusals in the log, ${count(decisions)} decisions beside it, ${wrong} wrong; afterwards ${served} of ${later} clients served`,
    );
  }
  return held.every(Boolean);
}

async function tellLoad(
  minutes: number,
  workers: number,
  clients: number,
  tell: (name: string, isSo: boolean, text: string) => void,
): Promise<void> {
  const seconds = minutes * 60;
  const soaked = await soak({ seconds, workers, clients });
  const { decisions, wrong, closed, refused, killed, longestMs, unanswered, reloads, memory, events, exitCode } =
    soaked;
  const rate = `${count(decisions)} decisions, ${count(decisions / seconds)} a second, by ${workers} workers`;
  tell("answers", wrong === 0 && decisions > 0, `${rate}: ${wrong} wrong`);
  tell(
    "connections",
    unanswered + closed + refused === 0 && longestMs < ANSWER_MS,
    `${count(killed)} clients killed, ${unanswered} questions of others without an answer, ${closed} connections closed, ${refused} refused; the longest wait ${longestMs.toFixed(0)} ms`,
  );
  const read = events.get("map-reloaded") ?? 0;
  const isAllRead = read === reloads * workers && !events.has("map-kept") && !events.has("worker-ended");
  tell(
    "reloads",
    isAllRead,
    `${reloads} times SIGHUP, ${read} readings by workers, ${events.get("worker-ended") ?? 0} workers ended`,
  );
  const quarters = memory.quarters.map((megabytes) => megabytes.toFixed(0)).join(", ");
  tell(
    "memory",
    memory.growth < MAX_GROWTH,
    `${quarters} MB in the quarters of the time, most ${memory.mostMegabytes.toFixed(0)} MB; ${(100 * memory.growth).toFixed(1)} % from the third to the last`,
  );
  tell("end", exitCode === 0, `exit code ${exitCode}`);
  const told = [...events].map(([event, times]) => `${event} ${count(times)}`);
  console.log(`          log: ${told.join(", ")}`);
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}
