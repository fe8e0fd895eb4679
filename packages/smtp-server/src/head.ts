import type { Readable } from "node:stream";
import type { MessageStream } from "./host.js";

/** The beginning of a message; what each kind is, says {@link Head}. */
export interface HeadRead {
  readonly kind: "header" | "whole" | "too-long";
  readonly bytes: Buffer;
}

/**
 * What was read of a message: the `header`, its empty line included (put back into the stream with what came behind it), the
 * `whole` (the stream has ended), `too-long` (the octets read so far, put back), or nothing, since the client is `gone`.
 */
export type Head = HeadRead | { readonly kind: "gone" };

/** Octets of a message that is held in memory under a rule that needs `bodyAnomalies`, unless told otherwise: 64 MiB. */
export const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;

const END_OF_HEADER = "\r\n\r\n";

/**
 * Reads a message to the end of its header, or to its own end; if that is more than `maxBytes` it is `too-long`.
 *
 * The header ends where the strictest reader sees its end: at CRLF CRLF. What another reader takes for the end before that, a
 * bare LF, is so among the octets that are judged. How long the client may take is the host's `socketTimeout`.
 */
export function readHead(stream: Readable, until: "header" | "end", maxBytes: number): Promise<Head> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let tail = "\r\n";
    const settle = (head: Head) => {
      stream.off("readable", onReadable).off("end", onEnd).off("close", onClose);
      resolve(head);
    };
    const giveBack = (kind: "header" | "too-long", end: number) => {
      const bytes = joined(chunks, length);
      // In the same turn as the read: a stream that has nothing left ends in the next one.
      stream.unshift(bytes);
      settle({ kind, bytes: bytes.subarray(0, end) });
    };
    const onReadable = () => {
      for (let chunk: Buffer | null = stream.read(); chunk !== null; chunk = stream.read()) {
        const end = until === "header" ? length + endOfHeader(tail, chunk) : 0;
        chunks.push(chunk);
        length += chunk.length;
        if (end > 0 && end <= maxBytes) return giveBack("header", end);
        if (length > maxBytes) return giveBack("too-long", maxBytes);
        tail = (tail + chunk.toString("latin1", Math.max(0, chunk.length - 3))).slice(-3);
      }
    };
    const onEnd = () => settle({ kind: "whole", bytes: joined(chunks, length) });
    const onClose = () => settle({ kind: "gone" });
    if (stream.destroyed) return onClose();
    stream.on("readable", onReadable).on("end", onEnd).on("close", onClose);
  });
}

/** One chunk, as a short message comes, is not copied. */
function joined(chunks: readonly Buffer[], length: number): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length);
}

/**
 * Puts other octets in the place of the first `length` ones, which {@link readHead} put back into the stream. All that makes the stream the
 * host's stays: its back pressure, its end, its size.
 */
export function replaceHead(stream: MessageStream, length: number, bytes: Uint8Array): void {
  if (stream.read(length) === null) throw new Error("the head is no longer in the stream");
  // In the same turn as the read, as above.
  stream.unshift(bytes);
}

/**
 * The offset in a chunk behind the first CRLF CRLF that ends in it, or minus infinity. `tail` is what stood before the chunk; for
 * the first one, the line end before the message.
 */
function endOfHeader(tail: string, chunk: Buffer): number {
  const across = (tail + chunk.toString("latin1", 0, 3)).indexOf(END_OF_HEADER);
  if (across >= 0) return across + END_OF_HEADER.length - tail.length;
  const within = chunk.indexOf(END_OF_HEADER, 0, "latin1");
  return within >= 0 ? within + END_OF_HEADER.length : Number.NEGATIVE_INFINITY;
}
