import { PassThrough } from "node:stream";
import { type Head, readHead } from "@fromguard/smtp-server";
import type { HarakaMessageStream, HarakaTransaction } from "./host.js";

/**
 * Reads the message as it was received, Haraka's own Received field on top.
 *
 * Haraka's header is of text, decoded, mended and cut to its first 1,000 lines. The octets are in the stream, which sends that header in
 * their place unless it has none.
 */
export async function readReceived(
  stream: HarakaMessageStream,
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
  return head;
}

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
