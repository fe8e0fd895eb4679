import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { load } from "../servers/load.js";
import { policyAsker, policyQuestions } from "../servers/policy-asker.js";
import { SoakedDaemon } from "./daemon.js";

/** What a flood of connections came to. */
export interface Flooded {
  readonly limit: number;
  readonly attempts: number;
  /** Connections that the daemon keeps open while it lasts, those of the clients at work included. */
  readonly kept: number;
  /** Decisions of the clients that were there before, while it lasted, and those that were wrong. */
  readonly decisions: number;
  readonly wrong: number;
  /** Clients that came afterwards, and those of them that were answered rightly. */
  readonly later: number;
  readonly served: number;
  readonly refusalsLogged: number;
}

const CLIENTS = 16;
const LOAD_MS = 5000;
const REST_MS = 1000;

/** Opens many connections more than a listener takes, beside clients at work, closes them, and asks whether others are served then. */
export async function flood(attempts: number, limit: number): Promise<Flooded> {
  const daemon = await SoakedDaemon.start({ workers: 1, maxConnections: limit });
  try {
    const address = daemon.address("policy", "tcp");
    const before = daemon.descriptors;
    const questions = policyQuestions();
    const askers = await Promise.all(Array.from({ length: CLIENTS }, () => policyAsker(address)));
    const working = load(askers, questions, { timeMs: LOAD_MS });
    const sockets = await openSockets(address as { port: number }, attempts);
    const { decisions, wrong } = await working;
    // Not the most at one moment: one more than the limit is open for as long as it takes to be closed.
    const kept = daemon.descriptors - before;
    for (const socket of sockets) socket.destroy();
    await delay(REST_MS);
    const laters = await Promise.all(Array.from({ length: CLIENTS }, () => policyAsker(address)));
    const after = await load(laters, questions, { decisions: CLIENTS });
    for (const asker of [...askers, ...laters]) asker.close();
    return {
      limit,
      attempts,
      kept,
      decisions,
      wrong,
      later: laters.length,
      served: after.decisions - after.wrong,
      refusalsLogged: daemon.events.get("connection-refused") ?? 0,
    };
  } finally {
    await daemon.stop();
  }
}

/** Each settles when it is connected, or refused. */
function openSockets(address: { readonly port: number }, count: number): Promise<readonly Socket[]> {
  return Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<Socket>((resolve) => {
          const socket = connect({ ...address, host: "127.0.0.1" });
          socket.on("error", () => resolve(socket));
          socket.on("connect", () => resolve(socket));
          socket.resume();
        }),
    ),
  );
}
