import { PassThrough } from "node:stream";
import { type Head, readHead } from "@fromguard/smtp-server";
import type { HarakaTransaction } from "./host.js";

/**
 * Reads the message as it was received, without the Received field that Haraka puts on top: a blank at the beginning of the message
 * would be a fold of it.
 *
 * Haraka's header is of text, decoded, mended and cut to its first 1,000 lines. The octets are in the stream, which sends that header in
 * their place unless it has none.
 */
export async function readReceived(
  { message_stream: stream, uuid }: HarakaTransaction,
  until: "header" | "end",
  maxBytes: number,
): Promise<Head> {
  const { headers } = stream;
  if (!Array.isArray(headers))
    throw new Error("this Haraka keeps the header elsewhere: the message as received cannot be read");
  const octets = new PassThrough();
  stream.headers = [];
  try {
    // Which header is sent is looked at here, and not when the message is read.
    stream.pipe(octets);
  } finally {
    stream.headers = headers;
  }
  const head = await readHead(octets, until, maxBytes);
  await ended(octets);
  return head.kind === "gone" ? head : { ...head, bytes: head.bytes.subarray(ownReceived(head.bytes, uuid)) };
}

/** Octets of Haraka's own Received field, which names the transaction and ends with the date; 0 where it is told to write none. */
function ownReceived(octets: Buffer, uuid: string): number {
  if (!octets.subarray(0, RECEIVED.length).equals(RECEIVED)) return 0;
  const named = octets.indexOf(` id ${uuid}\r\n\tenvelope-from `);
  const date = named < 0 ? -1 : octets.indexOf(";\r\n\t", named);
  const end = date < 0 ? -1 : octets.indexOf("\r\n", date + 1 + "\r\n\t".length);
  return end < 0 ? 0 : end + "\r\n".length;
}

const RECEIVED = Buffer.from("Received: from ");

/** Lets go of the stream, which can be read by one only. */
function ended(octets: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    if (octets.closed) return resolve();
    octets.once("close", resolve);
    octets.destroy();
  });
}

/** The octets of the header as Haraka will send it, its empty line included. */
export function headerToSend({ header }: Pick<HarakaTransaction, "header">): Buffer {
  return Buffer.from(`${header.header_list.join("")}\n`.replace(/\r?\n/g, "\r\n"));
}

/**
 * Puts other octets in the place of the header that is sent.
 *
 * @throws Error where Haraka would send others than these
 */
export function replaceHeader(transaction: HarakaTransaction, octets: Uint8Array): void {
  const { header } = transaction;
  const text = Buffer.from(octets).toString().replace(/\r\n/g, "\n");
  header.header_list.length = 0;
  header.headers = Object.create(null);
  header.headers_decoded = Object.create(null);
  header.parse(text.slice(0, -1).match(/.*\n/g) ?? []);
  transaction.reset_headers();
  if (!headerToSend(transaction).equals(octets)) throw new Error("Haraka does not keep the header as it was written");
}
