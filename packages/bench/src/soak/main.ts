import { machine, tellHeld } from "../held.js";
import { flood } from "./flood.js";
import { soak } from "./full-load.js";
import { idle } from "./idle.js";
import { readPlan } from "./plan.js";
import { slow } from "./slow.js";
import { count, loadVerdicts, logLine } from "./verdicts.js";

const IDLE_CONNECTIONS = 10_000;
const MAX_IDLE_MEGABYTES = 150;
const SLOW_CLIENTS = 1000;
const SLOW_ROUNDS = 5;
const MAX_SLOWDOWN = 1.2;
const FLOOD = { attempts: 5000, limit: 1000 };

/** Runs the daemon under loads that break servers, and prints what became of it; true where everything held. */
export async function soakDaemon(args: readonly string[]): Promise<boolean> {
  const { parts, ...plan } = readPlan(args);
  console.log(machine());
  const held: boolean[] = [];
  const tell = (name: string, isSo: boolean, text: string) => held.push(tellHeld(isSo, `${name}: ${text}`));
  if (parts.includes("load")) {
    const soaked = await soak(plan);
    for (const { name, isHeld, text } of loadVerdicts(soaked, plan)) tell(name, isHeld, text);
    console.log(`          log: ${logLine(soaked)}`);
  }
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
