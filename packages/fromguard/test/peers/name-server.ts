import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type Question } from "dns-packet";

/** How a server fails to answer. */
type Failure = "SERVFAIL" | "REFUSED" | "FORMERR";

interface RecordSets {
  readonly MX?: readonly (readonly [preference: number, exchange: string])[] | Failure;
  readonly A?: readonly string[] | Failure;
  readonly AAAA?: readonly string[] | Failure;
  readonly NS?: readonly string[] | Failure;
  readonly TXT?: readonly string[] | Failure;
  readonly CNAME?: string;
}

/** Names in lower case. A name that is not listed does not exist, a type that is not listed has no data. */
export type Zone = Readonly<Record<string, RecordSets | Failure>>;

const RCODES: Readonly<Record<Failure, number>> = { FORMERR: 1, SERVFAIL: 2, REFUSED: 5 };
const NXDOMAIN = 3;
const MAX_ALIASES = 9;
const TTL_SECONDS = 60;

/** A name server for one zone on port 53 of a loopback address of its own, as resolv.conf can name no other port. */
export class ZoneServer {
  private constructor(
    readonly address: string,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(zone: Zone): Promise<ZoneServer> {
    const socket = createSocket("udp4");
    socket.on("message", (message, { port, address }) => {
      const reply = replyTo(message, zone);
      if (reply !== undefined) socket.send(reply, port, address);
    });
    const octet = () => 1 + Math.trunc(Math.random() * 254);
    const address = `127.${octet()}.${octet()}.${octet()}`;
    socket.bind(53, address);
    await once(socket, "listening");
    return new ZoneServer(address, async () => {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    });
  }
}

function replyTo(message: Buffer, zone: Zone): Buffer | undefined {
  const query = decode(message);
  const [question] = query.questions ?? [];
  if (question === undefined) return undefined;
  const { rcode, answers } = lookUp(question, zone);
  const flags = AUTHORITATIVE_ANSWER | rcode;
  return encode({ type: "response", id: query.id ?? 0, flags, questions: [question], answers: [...answers] });
}

function lookUp({ name, type }: Question, zone: Zone): { readonly rcode: number; readonly answers: readonly Answer[] } {
  const failed = (failure: Failure) => ({ rcode: RCODES[failure], answers: [] });
  const answers: Answer[] = [];
  let owner = name.toLowerCase();
  for (let followed = 0; followed <= MAX_ALIASES; followed += 1) {
    const entry = zone[owner];
    if (entry === undefined) return { rcode: NXDOMAIN, answers };
    if (typeof entry === "string") return failed(entry);
    if (entry.CNAME === undefined) {
      const rows = recordsOf(owner, type, entry);
      return typeof rows === "string" ? failed(rows) : { rcode: 0, answers: [...answers, ...rows] };
    }
    answers.push({ name: owner, type: "CNAME", ttl: TTL_SECONDS, data: entry.CNAME });
    owner = entry.CNAME;
  }
  return { rcode: 0, answers };
}

function recordsOf(
  name: string,
  type: string,
  { MX = [], A = [], AAAA = [], NS = [], TXT = [] }: RecordSets,
): readonly Answer[] | Failure {
  const ttl = TTL_SECONDS;
  if (type === "MX") {
    if (typeof MX === "string") return MX;
    return MX.map(([preference, exchange]) => ({ name, type, ttl, data: { preference, exchange } }));
  }
  if (type !== "A" && type !== "AAAA" && type !== "NS" && type !== "TXT") return [];
  const rows = { A, AAAA, NS, TXT }[type];
  return typeof rows === "string" ? rows : rows.map((data) => ({ name, type, ttl, data }));
}
