import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { quartiles } from "../quartiles.js";
import { load } from "../servers/load.js";
import { policyAsker, policyQuestions } from "../servers/policy-asker.js";
import { SoakedDaemon } from "./daemon.js";

/** What slow clients cost the others. */
export interface Slowed {
  /** Decisions a second of the others, without slow clients and beside them; medians of the rounds. */
  readonly alone: number;
  readonly beside: number;
  /** The median over the rounds of the one by the other. */
  readonly slowdown: number;
  readonly wrong: number;
  /** Octets that the slow clients sent. */
  readonly sent: number;
}

const CONNECTIONS = 16;
const ROUND_MS = 4000;
const OCTET_MS = 1000;

/** Measures 16 clients in rounds, by turns alone and beside clients that send one octet of a request a second. */
export async function slow(clients: number, rounds: number): Promise<Slowed> {
  const daemon = await SoakedDaemon.start({ workers: 1, maxConnections: 2 * clients });
  try {
    const address = daemon.address("policy", "tcp");
    const questions = policyQuestions();
    const askers = await Promise.all(Array.from({ length: CONNECTIONS }, () => policyAsker(address)));
    const measure = () => load(askers, questions, { timeMs: ROUND_MS });
    const request = questions[0]?.payload ?? Buffer.alloc(0);
    const rates: { alone: number; beside: number }[] = [];
    let wrong = 0;
    let sent = 0;
    await measure();
    for (let round = 0; round < rounds; round++) {
      const alone = await measure();
      const dripping = await drip(address as { port: number }, request, clients);
      const beside = await measure();
      sent += dripping.stop();
      wrong += alone.wrong + beside.wrong;
      rates.push({ alone: alone.decisions / alone.seconds, beside: beside.decisions / beside.seconds });
    }
    for (const asker of askers) asker.close();
    return {
      alone: quartiles(rates.map((rate) => rate.alone)).median,
      beside: quartiles(rates.map((rate) => rate.beside)).median,
      slowdown: quartiles(rates.map((rate) => rate.alone / rate.beside)).median,
      wrong,
      sent,
    };
  } finally {
    await daemon.stop();
  }
}

/** Clients that send one octet a second, spread over the second. */
async function drip(address: { readonly port: number }, request: Buffer, clients: number) {
  const sockets: Socket[] = [];
  const timers: NodeJS.Timeout[] = [];
  let sent = 0;
  for (let client = 0; client < clients; client++) {
    const socket = connect({ ...address, host: "127.0.0.1", noDelay: true });
    socket.on("error", () => undefined);
    await once(socket, "connect");
    sockets.push(socket);
  }
  const SLICES = 50;
  let at = 0;
  timers.push(
    setInterval(() => {
      const slice = at++ % SLICES;
      const octet = request.subarray(Math.floor(at / SLICES) % (request.length - 1)).subarray(0, 1);
      for (let client = slice; client < sockets.length; client += SLICES) {
        sockets[client]?.write(octet);
        sent++;
      }
    }, OCTET_MS / SLICES),
  );
  return {
    stop: () => {
      for (const timer of timers) clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      return sent;
    },
  };
}
