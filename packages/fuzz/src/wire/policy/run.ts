import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPolicyServer, type Policies, type PolicyEvent, RequestReader } from "@fromguard/policy";
import { Random } from "../random.js";
import { MAX_FAILURES, type WireFailure, type WireTally, type WireTask } from "../tally.js";
import { POLICIES, rightAnswers } from "./answers.js";
import { conversation } from "./conversation.js";
import { LIMITS, type Reading, read } from "./model.js";

/** Octets of buffers that a run may hold at any time, garbage included. */
const MAX_BUFFERS = 0x10000000;
const LOOK_EVERY = 500;

/** A longer conversation is written at once: the codec still reads it in pieces. */
const MAX_CUT = 4_000;

const ASCII = /^[\x00-\x7f]*$/;
const ANSWER = /action=([\x20-\x7e]*)\n\n/y;

/** Speaks to a policy server over so many requests; each connection is made anew from the seed and its number. */
export async function fuzzPolicy({ frames, seed }: WireTask, policies: Policies = POLICIES): Promise<WireTally> {
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  const failures: WireFailure[] = [];
  const folder = await mkdtemp(join(tmpdir(), "fg-fuzz-"));
  const path = join(folder, "policy");
  let events: PolicyEvent[] = [];
  const server = createPolicyServer({
    ...policies,
    limits: LIMITS,
    onEvent: (event) => events.push(event),
  });
  await server.listen(`unix:${path}`);
  let done = 0;
  let connection = 0;
  for (; done < frames && failures.length < MAX_FAILURES; connection++) {
    const random = new Random(seed + Math.imul(connection, 0x9e3779b1));
    const octets = conversation(random);
    const reading = read(octets);
    events = [];
    const answers = await exchange(path, octets.length < MAX_CUT ? random.cut(octets) : [octets]);
    const what =
      faultOfReader(random.cut(octets), reading) ??
      faultOfAnswers(answers, reading, count) ??
      faultOfEvents(events, reading);
    if (what !== undefined) failures.push({ connection, what });
    done += reading.requests.length;
    count(reading.reason === undefined ? "connections ended by the client" : `closed: ${reading.reason}`);
    for (const { kind } of events) if (kind !== "closed") count(`told: ${kind}`);
    if (connection % LOOK_EVERY !== 0) continue;
    const { arrayBuffers } = process.memoryUsage();
    if (arrayBuffers > MAX_BUFFERS) failures.push({ connection, what: `${arrayBuffers} octets of buffers` });
  }
  await server.close({ graceMs: 0 });
  await rm(folder, { recursive: true });
  return { frames: done, connections: connection, counts, failures };
}

/** Writes the pieces, closes its side, and gives all that comes back. */
function exchange(path: string, pieces: readonly Buffer[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    let received = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      received += text;
    });
    // A server that closes in the middle resets what is still to be read.
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(received));
    for (const piece of pieces) socket.write(piece);
    socket.end();
  });
}

/** What the codec makes of pieces is what the model makes of the whole, and it holds no more than one request. */
function faultOfReader(pieces: readonly Buffer[], { requests, reason }: Reading): string | undefined {
  const reader = new RequestReader(LIMITS);
  let taken = 0;
  let fault: string | undefined;
  for (const piece of pieces) {
    reader.push(Buffer.from(piece));
    for (let next = reader.next(); next !== undefined && fault === undefined; next = reader.next()) {
      if (next.kind === "fault") {
        fault = next.code;
        continue;
      }
      const expected = requests[taken++];
      for (const [name, value] of expected ?? []) {
        // A name is asked for as text; no attribute has one that octets and text could tell apart.
        if (!ASCII.test(name)) continue;
        const got = next.get(name) ?? "";
        const octets = Buffer.from(got, next.isUtf8(name) ? "utf8" : "latin1").toString("latin1");
        if (octets !== value) return `attribute ${JSON.stringify(name)} is read as ${JSON.stringify(octets)}`;
      }
      if (expected === undefined && reason !== "wrong-request") return "a request that is none is read";
    }
    if (reader.buffered >= LIMITS.maxRequestBytes) return `${reader.buffered} octets are held`;
  }
  const isExpected =
    fault === reason || reason === "wrong-request" || (fault === undefined && reason === "request-truncated");
  return isExpected ? undefined : `the codec says ${fault}, the model ${reason}`;
}

/** Each request has one answer, its own, in order, and nothing but printable ASCII. */
function faultOfAnswers(received: string, { requests }: Reading, count: (what: string) => void): string | undefined {
  const tags = new Set<string>();
  let at = 0;
  for (const [index, request] of requests.entries()) {
    ANSWER.lastIndex = at;
    const action = ANSWER.exec(received)?.[1];
    if (action === undefined)
      return `request ${index} of ${requests.length} has no answer: ${JSON.stringify(received.slice(at, at + 200))}`;
    at = ANSWER.lastIndex;
    const right = rightAnswers(request, tags);
    if (!right.some((one) => (typeof one === "string" ? one === action : one.test(action)))) {
      return `request ${index} is answered ${JSON.stringify(action)}, not ${right.join(" or ")}`;
    }
    count(`answered: ${/^\w+/.exec(action)?.[0]}`);
  }
  return at === received.length
    ? undefined
    : `${received.length - at} octets too many: ${JSON.stringify(received.slice(at, at + 200))}`;
}

/** The operator is told why a connection was closed, once, and of no error of the engine. */
function faultOfEvents(events: readonly PolicyEvent[], { reason }: Reading): string | undefined {
  const reasons = events.flatMap((event) => (event.kind === "closed" ? [event.reason] : []));
  const error = events.find(({ kind }) => kind === "engine-error" || kind === "refused");
  if (error !== undefined) return `told: ${error.kind}`;
  const expected = reason === undefined ? [] : [reason];
  return reasons.join() === expected.join()
    ? undefined
    : `closed for ${reasons.join() || "nothing"}, not for ${reason}`;
}
