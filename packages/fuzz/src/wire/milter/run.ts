import { Random } from "../random.js";
import { MAX_FAILURES, type WireFailure, type WireTally, type WireTask } from "../tally.js";
import { type MakeSession, runConnection } from "./connection.js";

/** Octets of buffers that a run may hold at any time, garbage included: a length that is announced is never allocated. */
const MAX_BUFFERS = 0x10000000;
const LOOK_EVERY = 500;

/** Speaks to milter sessions over so many frames; each connection is made anew from the seed and its number. */
export async function fuzzMilter({ frames, seed }: WireTask, makeSession?: MakeSession): Promise<WireTally> {
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  const failures: WireFailure[] = [];
  let done = 0;
  let connection = 0;
  for (; done < frames && failures.length < MAX_FAILURES; connection++) {
    const random = new Random(seed + Math.imul(connection, 0x9e3779b1));
    const result = await runConnection(random, count, makeSession);
    done += result.frames;
    if (result.fault !== undefined) failures.push({ connection, what: result.fault });
    if (connection % LOOK_EVERY !== 0) continue;
    const { arrayBuffers } = process.memoryUsage();
    if (arrayBuffers > MAX_BUFFERS) failures.push({ connection, what: `${arrayBuffers} octets of buffers` });
  }
  return { frames: done, connections: connection, counts, failures };
}
