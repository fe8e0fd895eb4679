import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type Question } from "dns-packet";

/** What a name of the zone has; `down` answers SERVFAIL to every question. */
type ZoneEntry = { readonly mx?: string; readonly a?: string } | "down";

/** Names in lower case. Every other name does not exist. */
export type Zone = Readonly<Record<string, ZoneEntry>>;

/** A name server for one zone on a UDP port of the loopback address. */
export interface NameServer {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  close(): Promise<void>;
}

const NXDOMAIN = 3;
const SERVFAIL = 2;
const TTL_SECONDS = 60;

/** Starts a name server on a port that the system chooses. What is no question gets no answer. */
export async function startNameServer(zone: Zone): Promise<NameServer> {
  const socket = createSocket("udp4");
  socket.on("message", (message, { port, address }) => {
    const response = respond(message, zone);
    if (response !== undefined) socket.send(response, port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { address: `127.0.0.1:${socket.address().port}`, close: () => closed(socket) };
}

async function closed(socket: Socket): Promise<void> {
  const gone = once(socket, "close");
  socket.close();
  await gone;
}

function respond(message: Buffer, zone: Zone): Buffer | undefined {
  try {
    const query = decode(message);
    const [question] = query.questions ?? [];
    if (question === undefined) return undefined;
    const entry = zone[question.name.toLowerCase()];
    const rcode = entry === undefined ? NXDOMAIN : entry === "down" ? SERVFAIL : 0;
    return encode({
      type: "response",
      id: query.id ?? 0,
      flags: AUTHORITATIVE_ANSWER | rcode,
      questions: [question],
      answers: entry === undefined || entry === "down" ? [] : answersOf(question, entry),
    });
  } catch {
    // Not a DNS message: a name server stays silent.
    return undefined;
  }
}

function answersOf({ name, type }: Question, { mx, a }: Exclude<ZoneEntry, "down">): Answer[] {
  if (type === "MX" && mx !== undefined)
    return [{ name, type, ttl: TTL_SECONDS, data: { preference: 10, exchange: mx } }];
  if (type === "A" && a !== undefined) return [{ name, type, ttl: TTL_SECONDS, data: a }];
  return [];
}
