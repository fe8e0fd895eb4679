import { machine, tellHeld } from "../held.js";
import { quartiles } from "../quartiles.js";
import { readPlan } from "./plan.js";
import { measureRound, type Round } from "./rounds.js";
import { SOURCES } from "./sources.js";

/** What the daemon promises of a file of 100,000 lines, in milliseconds. */
const MAX_START_MS = 2000;
const MAX_WORST_MS = 50;

/** Measures starts and reloads of the daemon under load, and prints what held; true where all did. */
export async function benchReload(args: readonly string[]): Promise<boolean> {
  const plan = readPlan(args);
  console.log(`${machine()}, ${plan.lines} lines, ${plan.connections} connections\n`);
  const held: boolean[] = [];
  for (const source of SOURCES.filter(({ name }) => plan.sources.includes(name))) {
    const rounds: Round[] = [];
    for (let round = 0; round < plan.rounds; round++) rounds.push(await measureRound(source, plan));
    for (const { isHeld, text } of verdictsOf(rounds)) {
      held.push(tellHeld(isHeld, `${source.name}, ${text}`));
    }
  }
  return held.every(Boolean);
}

/** Medians over the rounds; of the worst decisions, the worst of all. */
export function verdictsOf(rounds: readonly Round[]): readonly { readonly isHeld: boolean; readonly text: string }[] {
  const median = (of: (round: Round) => number) => Math.round(quartiles(rounds.map(of)).median);
  const most = (of: (round: Round) => number) => Math.round(Math.max(...rounds.map(of)));
  const start = median(({ startMs }) => startMs);
  const worst = most(({ reload }) => reload.worstMs);
  const wrong = rounds.reduce((sum, { calm, reload }) => sum + calm.wrong + reload.wrong, 0);
  return [
    {
      isHeld: start < MAX_START_MS,
      text: `start: ${start} ms until it listens, ${median(({ startCpuMs }) => startCpuMs)} ms of CPU`,
    },
    {
      isHeld: worst < MAX_WORST_MS && wrong === 0,
      text:
        `reload: worst decision ${worst} ms, without a reload ${most(({ calm }) => calm.worstMs)} ms; ` +
        `event loop held for ${most(({ reload }) => reload.heldMs)} ms, without ${most(({ calm }) => calm.heldMs)} ms; ` +
        `read in ${median(({ reload }) => reload.ms)} ms, ${median(({ reload }) => reload.cpuMs)} ms of CPU with ` +
        `${median(({ reload }) => reload.decisions)} decisions beside it, ${wrong} wrong answers`,
    },
  ];
}
