import { setTimeout as delay } from "node:timers/promises";
import { milterAsker, milterQuestions } from "../servers/milter-asker.js";
import { policyAsker, policyQuestions } from "../servers/policy-asker.js";
import { Client, emptyTally, type Tally } from "./client.js";
import { SoakedDaemon, type Transport } from "./daemon.js";
import { every } from "./every.js";
import { courseOf, type MemoryCourse } from "./memory.js";

/** How long, and by what, the daemon is soaked. */
export interface SoakPlan {
  readonly seconds: number;
  readonly workers: number;
  /** Clients of each protocol on each transport. */
  readonly clients: number;
}

/** What came of it. */
export interface Soaked extends Tally {
  /** Questions of clients that lived, without an answer {@link ANSWER_MS} after the end of the load. */
  readonly unanswered: number;
  readonly reloads: number;
  readonly memory: MemoryCourse;
  readonly events: ReadonlyMap<string, number>;
  readonly exitCode: number | null;
}

const RELOAD_MS = 5000;
const KILL_MS = 100;
const SAMPLE_MS = 1000;

/** Milliseconds for an answer: as long as Postfix lets a milter think about a command. */
export const ANSWER_MS = 30_000;

/** Runs the daemon at full load, reads its map again every 5 s, and kills a random client of one half every 100 ms. */
export async function soak({ seconds, workers, clients: count }: SoakPlan): Promise<Soaked> {
  const daemon = await SoakedDaemon.start({ workers, maxConnections: 1000 });
  try {
    const tally = emptyTally();
    const clients = [...clientsOf(daemon, "tcp", count, tally), ...clientsOf(daemon, "unix", count, tally)];
    await Promise.all(clients.map((client) => client.start()));
    const { samples, reloads } = await disturb(daemon, clients, seconds);
    await Promise.race([
      Promise.all(clients.map((client) => client.stop())),
      delay(ANSWER_MS, undefined, { ref: false }),
    ]);
    const unanswered = clients.filter(({ waitingMs }) => waitingMs > 0).length;
    for (const client of clients) client.close();
    const exitCode = await daemon.stop();
    return { ...tally, unanswered, reloads, memory: courseOf(samples), events: daemon.events, exitCode };
  } catch (error) {
    await daemon.stop();
    throw error;
  }
}

/** Reloads, kills and takes samples for as long as told. */
async function disturb(daemon: SoakedDaemon, clients: readonly Pick<Client<never>, "kill">[], seconds: number) {
  // Half of the connections live from the start to the end.
  const mortal = clients.filter((_, index) => index % 4 < 2);
  const samples: number[] = [];
  let reloads = 0;
  const end = AbortSignal.timeout(Math.round(seconds * 1000));
  await Promise.all([
    every(RELOAD_MS, end, async () => {
      reloads++;
      await daemon.reload();
    }),
    every(KILL_MS, end, async () => await mortal[Math.floor(Math.random() * mortal.length)]?.kill()),
    every(SAMPLE_MS, end, async () => void samples.push(daemon.residentMegabytes("Pss"))),
  ]);
  return { samples, reloads };
}

function clientsOf(daemon: SoakedDaemon, transport: Transport, count: number, tally: Tally) {
  const [policy, milter] = [policyQuestions(), milterQuestions()];
  const policyAt = daemon.address("policy", transport);
  const milterAt = daemon.address("milter", transport);
  return Array.from({ length: count }, (_, index) => [
    new Client(() => policyAsker(policyAt), policy, tally, index),
    new Client(() => milterAsker(milterAt), milter, tally, index),
  ]).flat();
}
