import { type Answer, type DecodedPacket, decode, encode, RECURSION_DESIRED } from "dns-packet";

/** The record types that a resolver asks for. */
export type QuestionType = "MX" | "A" | "AAAA" | "NS" | "TXT";

/** One question as it goes over the wire. */
export interface Query {
  readonly id: number;
  /** In A-labels, no trailing dot. */
  readonly name: string;
  readonly type: QuestionType;
  readonly bytes: Uint8Array;
}

/** A server's answer to a {@link Query}: nothing in it but what the answer depends on. */
export interface Reply {
  readonly truncated: boolean;
  /** The whole response code, with its EDNS part. */
  readonly rcode: number;
  /** No data, no authority and no recursion: a server that sends us elsewhere. */
  readonly lame: boolean;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
}

/** Octets of a UDP answer that the server is told of: what passes everywhere in one piece (DNS flag day 2020). */
const UDP_PAYLOAD_OCTETS = 1232;
/** Records of one answer, all sections; one with more is malformed. */
const MAX_RECORDS = 1000;

const HEADER_OCTETS = 12;
const RESPONSE = 0x80;

/**
 * Writes a question that wants recursion, with EDNS0 unless the server is known to be without it.
 *
 * @see RFC 1035 section 4.1, RFC 6891
 */
export function encodeQuery(query: Omit<Query, "bytes"> & { readonly edns: boolean }): Query {
  const { id, name, type, edns } = query;
  const bytes = encode({
    type: "query",
    id,
    flags: RECURSION_DESIRED,
    questions: [{ name, type, class: "IN" }],
    additionals: edns
      ? [
          {
            type: "OPT",
            name: ".",
            udpPayloadSize: UDP_PAYLOAD_OCTETS,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          },
        ]
      : [],
  });
  return { id, name, type, bytes };
}

/**
 * Reads a message as the answer to a question; undefined where it is not: another id, another question, a query, garbage,
 * octets too few or too many. Never throws.
 *
 * A failure such as FORMERR may come without its question.
 */
export function readReply(bytes: Uint8Array, { id, name, type }: Query): Reply | undefined {
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Before the message is taken apart: what a stranger sends costs no more than this.
  if (message.length < HEADER_OCTETS || message.readUInt16BE(0) !== id) return undefined;
  if (((message[2] ?? 0) & RESPONSE) === 0 || recordCount(message) > MAX_RECORDS) return undefined;
  const packet = decoded(message);
  if (packet === undefined) return undefined;
  const rcode = rcodeOf(message, packet);
  const { questions = [], answers = [], authorities = [], flag_tc, flag_aa, flag_ra } = packet;
  const [question] = questions;
  if (question === undefined && (rcode === 0 || answers.length > 0)) return undefined;
  if (questions.length > 1) return undefined;
  if (question !== undefined && !(sameName(question.name, name) && question.type === type && question.class === "IN"))
    return undefined;
  const lame = rcode === 0 && answers.length === 0 && !flag_aa && !flag_ra;
  return { truncated: flag_tc, rcode, lame, answers, authorities };
}

/** Whether two names are the same, whatever their case. */
export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function recordCount(message: Buffer): number {
  return [4, 6, 8, 10].reduce((sum, at) => sum + message.readUInt16BE(at), 0);
}

function decoded(message: Buffer): DecodedPacket | undefined {
  try {
    const packet = decode(message);
    // A record whose length is not that of its data puts the decoder out of step with the message.
    return decode.bytes === message.length ? packet : undefined;
  } catch {
    // dns-packet throws at the first octet that cannot be read; what is malformed is no answer.
    return undefined;
  }
}

function rcodeOf(message: Buffer, { additionals = [] }: DecodedPacket): number {
  const low = message.readUInt16BE(2) & 0x0f;
  const high = additionals.reduce((found, record) => (record.type === "OPT" ? record.extendedRcode : found), 0);
  return (high << 4) | low;
}
