import { createMilterServer } from "@fromguard/milter";
import { agree, disagree, isRecord, type Kind, type Outcome } from "../kind.js";
import { Client, PATIENCE_MS } from "../milter/client.js";
import { firstFault, isAnswered, sightings } from "../milter/events.js";
import { type Expectation, expectationOf } from "../milter/expectation.js";
import { soundnessOf } from "../milter/faults.js";
import { type Frame, hexOf, negotiationOf, octetsOf, splitFrames } from "../milter/wire.js";
import { witness } from "../milter/witness.js";

interface Malformed {
  /** Hex, one write each. */
  readonly input: readonly string[];
  /** The safe behaviour, in words. */
  readonly expect: string;
}

/** The most octets by which memory may grow beyond those received. */
const MAX_GROWTH = 32 * 1024 * 1024;

/** The bits that are known: no answer may ask for others. */
const KNOWN = { version: 6, actions: 0x1ff, steps: 0x1fffff };

/** A well-formed session: its first frames go before the input in question, the others behind it. */
const NEIGHBOUR = {
  before: ["0000000d4f00000006000001ff001fffff", "0000001b43686f73742e6578616d706c65003400193139322e302e322e3100"],
  after: [
    "0000000b48632e6578616d706c6500",
    "0000000f4d3c6140622e6578616d706c653e00",
    "0000000f523c6340642e6578616d706c653e00",
    "0000000154",
    "000000124c46726f6d006140622e6578616d706c6500",
    "000000014e",
    "0000000145",
  ],
  answers: ["0000000d4f00000006000001ff00000000", ...Array<string>(8).fill("0000000163")].join(""),
};

/** Input that breaks the protocol, or strains it: one case a file. */
export const milterMalformed: Kind = {
  name: "milter-malformed",
  recognise: (json) =>
    isRecord(json) &&
    typeof json.expect === "string" &&
    Array.isArray(json.input) &&
    json.input.every((piece) => typeof piece === "string"),
  cases: ({ json }) => [{ name: "input", check: () => check(json as Malformed) }],
};

async function check({ input, expect }: Malformed): Promise<Outcome> {
  const pieces = input.map(octetsOf);
  const frames = untilQuit(splitFrames(Buffer.concat(pieces)).frames);
  const observed = await observe(pieces, frames, expectationOf(expect));
  const fault = faultOf(observed, frames, expectationOf(expect));
  return fault === undefined ? agree() : disagree(expect, fault);
}

/** What was seen of one input: on its connection, by the handler, and on the neighbour's connection. */
interface Observed {
  readonly answers: Uint8Array;
  /** By the server itself, not because the client had ended. */
  readonly closed: boolean;
  /** Answered behind the client's end of stream. */
  readonly late: Uint8Array;
  /** Whether the server closed once the client had ended. */
  readonly ended: boolean;
  readonly seen: readonly string[];
  readonly neighbour: string;
  readonly growth: number;
}

async function observe(
  pieces: readonly Uint8Array[],
  frames: readonly Frame[],
  expectation: Expectation,
): Promise<Observed> {
  const seenBy: string[][] = [];
  const handler = () => {
    const seen: string[] = [];
    seenBy.push(seen);
    return witness(seen);
  };
  const server = createMilterServer({ handler });
  const clients: Client[] = [];
  try {
    const listener = await server.listen("127.0.0.1:0");
    const port = Number(listener.address.slice(listener.address.lastIndexOf(":") + 1));
    const neighbour = await Client.connect(port);
    clients.push(neighbour);
    await neighbour.write(NEIGHBOUR.before.map(octetsOf));
    await neighbour.receive(17 + 5);

    const before = process.memoryUsage().arrayBuffers;
    const client = await Client.connect(port);
    clients.push(client);
    await client.write(pieces, { unread: expectation.close === "must-not" });
    if (expectation.close === "must") await client.closed();
    else await client.receive(lenient(frames).octets);
    await client.quiet();
    const growth = process.memoryUsage().arrayBuffers - before;
    const { answers, isClosed: closed } = client;
    client.end();
    await client.closed();

    await neighbour.write(NEIGHBOUR.after.map(octetsOf));
    await neighbour.receive(NEIGHBOUR.answers.length / 2);
    return {
      answers,
      closed,
      late: client.answers.subarray(answers.length),
      ended: client.isClosed,
      seen: seenBy[1] ?? [],
      neighbour: hexOf(neighbour.answers),
      growth,
    };
  } finally {
    for (const client of clients) client.destroy();
    await server.close({ graceMs: 0 });
  }
}

function faultOf(observed: Observed, frames: readonly Frame[], { close, deferral }: Expectation): string | undefined {
  const { frames: answers, rest } = splitFrames(observed.answers);
  const commands = answers.map(({ command }) => command).join("");
  const told = `answers ${brief(commands)}`;
  const whole = frames.slice(0, firstFault(frames));
  const required = lenient(whole).commands;
  const allowed = lenient(frames).commands;

  if (observed.neighbour !== NEIGHBOUR.answers) return `another connection got ${observed.neighbour || "no answer"}`;
  if (observed.growth > MAX_GROWTH) return `memory grew by ${observed.growth} octets`;
  if (rest.length > 0) return `octets that are no frame: ${hexOf(rest)}`;
  const unsound = answers.find((answer) => soundnessOf(answer, "E", offerOf(frames)) !== "sound");
  if (unsound !== undefined) return `a malformed answer ${hexOf(unsound.octets)}`;
  if (answers.some(({ command }) => command === "a")) return `an early accept: ${told}`;
  if (observed.late.length > 0) return `${hexOf(observed.late)} behind the end of stream`;
  if (!observed.ended) return `not closed within ${PATIENCE_MS} ms of the end of stream`;
  const seen = sightings(whole);
  if (seen.some((event, index) => event !== observed.seen[index])) {
    return `the filter saw ${observed.seen.join(", ")} instead of ${seen.join(", ")}`;
  }

  if (close === "must") {
    if (!observed.closed) return `not closed within ${PATIENCE_MS} ms, ${told}`;
    if (observed.seen.length > seen.length) return `closed, but evaluated ${observed.seen.at(-1)}`;
    return commands === required ? undefined : `closed with ${told}, not ${brief(required)}`;
  }
  if (observed.closed) {
    if (close === "must-not") return `closed with ${told}`;
    const prefix = commands.length >= required.length && allowed.startsWith(commands);
    return prefix ? undefined : `closed with ${told}, not ${brief(required)}`;
  }
  if (deferral) {
    const last = answers.at(-1);
    const defers = last?.command === "t" || (last?.command === "y" && last.data[0] === "4".charCodeAt(0));
    return defers && commands.length === allowed.length ? undefined : `open with ${told}, no temporary failure last`;
  }
  return commands === allowed ? undefined : `open with ${told}, not ${brief(allowed)}`;
}

/** Answers as one letter each, repeated ones counted. */
function brief(commands: string): string {
  return commands.replace(/(.)\1{4,}/g, (run, command) => `${command}*${run.length}`) || "none";
}

/** What a filter answers that continues and takes every frame for sound: the commands, and how many octets at least. */
function lenient(frames: readonly Frame[]): { readonly commands: string; readonly octets: number } {
  const commands = frames
    .filter((frame) => frame.command === "O" || isAnswered(frame, 0))
    .map(({ command }) => (command === "O" ? "O" : "c"));
  const octets = commands.reduce((sum, command) => sum + (command === "O" ? 17 : 5), 0);
  return { commands: commands.join(""), octets };
}

/** Behind a QUIT nothing counts. */
function untilQuit(frames: readonly Frame[]): readonly Frame[] {
  const quit = frames.findIndex(({ command }) => command === "Q");
  return quit < 0 ? frames : frames.slice(0, quit + 1);
}

/** What the MTA offered, as far as it is known. */
function offerOf(frames: readonly Frame[]): typeof KNOWN | undefined {
  const offer = frames.find(({ command }) => command === "O");
  const offered = offer === undefined ? undefined : negotiationOf(offer);
  return offered === undefined
    ? undefined
    : {
        version: Math.min(offered.version, KNOWN.version),
        actions: offered.actions & KNOWN.actions,
        steps: offered.steps & KNOWN.steps,
      };
}
