import type { Answer, Incoming } from "./exchange.js";

/** A standard request as the handler reads it. */
export function incomingOf(request: Request, address: string | undefined): Incoming {
  return {
    method: request.method,
    path: pathOf(request.url),
    address,
    get signal() {
      return request.signal;
    },
    headerNames: () => request.headers.keys(),
    header: (name) => request.headers.get(name),
    octets: (maxBytes) => readOctets(request, maxBytes),
    chunks: () => chunksOf(request.body),
  };
}

/** An answer as a standard response. */
export function responseOf({ status, headers, body }: Answer): Response {
  const stream = body === null || typeof body === "string" ? body : streamOf(body);
  return new Response(stream, { status, headers });
}

/** The path of an absolute URL, as it stands there. */
function pathOf(url: string): string {
  return new URL(url).pathname;
}

async function readOctets(request: Request, maxBytes: number): Promise<Uint8Array | undefined> {
  // The framing of HTTP holds a body to its length; a chunked one has none.
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(request.body)) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return join(chunks, length);
}

/**
 * Runtimes differ in whether a stream can be iterated over: its reader is everywhere. Left early, the stream is cancelled, also while
 * a read waits: the `return` of a generator would wait with it.
 */
function chunksOf(body: ReadableStream<Uint8Array> | null): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => (body === null ? NO_CHUNKS : iteratorOf(body)) };
}

const END = { done: true, value: undefined } as const;
const NO_CHUNKS: AsyncIterator<Uint8Array> = { next: async () => END };

function iteratorOf(body: ReadableStream<Uint8Array>): AsyncIterator<Uint8Array> {
  const reader = body.getReader();
  return {
    next: async () => {
      const { done, value } = await reader.read();
      return done ? END : { done, value };
    },
    return: async () => {
      reader.cancel("no more is read").catch(() => undefined);
      return END;
    },
  };
}

/** One array of several. */
export function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** A stream that takes a piece when there is room for one. */
function streamOf(pieces: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      // Who leaves does not wait until the pieces have ended.
      cancel: () => {
        iterator.return?.().catch(() => undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
