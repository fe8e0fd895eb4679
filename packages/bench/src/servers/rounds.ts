import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quartiles } from "../quartiles.js";
import { type Load, load } from "./load.js";
import { microsBetween, peakMegabytes, readCpu } from "./pinned.js";
import type { Asker, Question, ServerAddress } from "./question.js";
import type { Running, Sample, Subject, Transport } from "./subject.js";

/** How one protocol is asked. */
export interface Questions<Payload> {
  readonly questions: readonly Question<Payload>[];
  readonly connect: (address: ServerAddress, subject: Subject) => Promise<Asker<Payload>>;
}

/** One table: a protocol over a transport, at so many connections. */
export interface Setting {
  readonly transport: Transport;
  readonly connections: number;
  readonly rounds: number;
  readonly timeMs: number;
}

/** What was measured of one subject in one setting. */
export interface Measured {
  readonly subject: Subject;
  readonly samples: readonly Sample[];
  readonly peakMegabytes: number;
}

/** A subject that did not run. */
export interface NotRun {
  readonly subject: Subject;
  readonly notRun: string;
}

interface Opened<Payload> {
  readonly subject: Subject;
  readonly server: Running;
  readonly askers: readonly Asker<Payload>[];
  readonly samples: Sample[];
}

/** Before the first round: enough for a compiler, and not for ever where a decision is slow. */
const WARM_UP = { decisions: 15_000, timeMs: 15_000 };

/** Measures subjects side by side: all run, each is asked once a round while the others idle. */
export async function measure<Payload>(
  subjects: readonly Subject[],
  { questions, connect }: Questions<Payload>,
  { transport, connections, rounds, timeMs }: Setting,
): Promise<readonly (Measured | NotRun)[]> {
  const folder = await mkdtemp(join(tmpdir(), "fromguard-bench-"));
  const opened: Opened<Payload>[] = [];
  const notRun: NotRun[] = [];
  try {
    for (const [index, subject] of subjects.entries()) {
      const why = subject.transports.includes(transport) ? subject.missing() : `it does not listen on ${transport}`;
      if (why !== undefined) {
        notRun.push({ subject, notRun: why });
        continue;
      }
      const address = transport === "unix" ? { path: join(folder, `${index}.sock`) } : { port: await freePort() };
      try {
        const server = await subject.start(address);
        const askers: Asker<Payload>[] = [];
        opened.push({ subject, server, askers, samples: [] });
        for (let at = 0; at < connections; at++) askers.push(await connect(address, subject));
      } catch (error) {
        notRun.push({ subject, notRun: (error as Error).message });
      }
    }
    const ran = opened.filter(({ askers }) => askers.length === connections);
    for (const { askers } of ran) await load(askers, questions, WARM_UP);
    for (let round = 0; round < rounds; round++) {
      for (const { server, askers, samples } of ran) {
        const pids = server.pids();
        const before = readCpu(pids);
        const made: Load = await load(askers, questions, { timeMs });
        samples.push({ ...made, cpuMicros: microsBetween(before, readCpu(pids)) });
      }
    }
    const measured = ran.map(({ subject, server, samples }) => ({
      subject,
      samples,
      peakMegabytes: peakMegabytes(server.pids()),
    }));
    return [...measured, ...notRun];
  } finally {
    for (const { askers, server } of opened) {
      for (const asker of askers) asker.close();
      await server.stop();
    }
    await rm(folder, { recursive: true, force: true });
  }
}

/** Stretches over which allocations are counted. */
const STRETCHES = 9;

/**
 * Octets that a subject allocates on its heap for one decision, over one connection: the median over stretches, since in one or
 * another there is a collection.
 */
export async function allocation<Payload>(
  subject: Subject,
  { questions, connect }: Questions<Payload>,
  decisions: number,
): Promise<number> {
  const address = { port: await freePort() };
  const server = await subject.start(address);
  try {
    if (server.heapUsed === undefined) throw new Error(`${subject.name} does not tell its heap`);
    const asker = await connect(address, subject);
    await load([asker], questions, WARM_UP);
    const grown: number[] = [];
    for (let stretch = 0; stretch < STRETCHES; stretch++) {
      const before = await server.heapUsed();
      await load([asker], questions, { decisions });
      grown.push(((await server.heapUsed()) - before) / decisions);
    }
    asker.close();
    return quartiles(grown).median;
  } finally {
    await server.stop();
  }
}

/** A port of the loopback address that was free just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("no free port");
  return address.port;
}
