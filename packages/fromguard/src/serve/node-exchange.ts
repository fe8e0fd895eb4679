import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer, Incoming } from "@fromguard/http";

/** Methods that no fetch handler can be asked with. */
const NO_METHOD = new Set(["CONNECT", "TRACE", "TRACK"]);

/**
 * A request of node:http as the handler reads it, straight from what Node has: making a `Request` of it costs more than a decision.
 * Undefined for a target that is no path of ours, and for a method such as TRACE.
 *
 * @param onEnd Called when the whole body has come, where the handler reads it
 */
export function incomingOf(
  request: IncomingMessage,
  response: ServerResponse,
  onEnd: () => void,
): Incoming | undefined {
  const { method = "GET", url = "/" } = request;
  const path = pathOf(url);
  if (path === undefined || NO_METHOD.has(method)) return undefined;
  return new NodeIncoming(method, path, request, response, onEnd);
}

/** A class: a literal with a getter has a hidden class of its own. What a handler takes out of it needs no `this`. */
class NodeIncoming implements Incoming {
  readonly method: string;
  readonly path: string;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #onEnd: () => void;
  #signal: AbortSignal | undefined;
  readonly headerNames = () => Object.keys(this.#request.headers);
  readonly header = (name: string) => valueIn(this.#request.rawHeaders, name.toLowerCase());
  readonly octets = (maxBytes: number) => octetsOf(this.#request, maxBytes, this.#onEnd);
  readonly chunks = () => this.#request.once("end", this.#onEnd);

  constructor(method: string, path: string, request: IncomingMessage, response: ServerResponse, onEnd: () => void) {
    this.method = method;
    this.path = path;
    this.#request = request;
    this.#response = response;
    this.#onEnd = onEnd;
  }

  get address(): string | undefined {
    return this.#request.socket.remoteAddress;
  }

  get signal(): AbortSignal {
    this.#signal ??= signalOf(this.#response);
    return this.#signal;
  }
}

/** How long the client may take for an answer. */
export interface Pace {
  /** Called when a piece has been taken, and when the whole body of the request has come. */
  readonly onProgress: () => void;
  /** Milliseconds that an answer in pieces takes in all. */
  readonly streamTimeoutMs: () => number;
}

/**
 * Sends an answer; at once where it is all there. What comes in pieces is taken as fast as the client takes it, and no more of it once
 * the client has gone or its time is over: the answer is then broken off.
 */
export function writeAnswer(
  response: ServerResponse,
  { status, headers, body }: Answer,
  pace: Pace,
): Promise<void> | undefined {
  if (body !== null && typeof body !== "string") return writePieces(response, { status, headers, body }, pace);
  const fields = fieldsOf(headers);
  fields.push("content-length", String(body === null ? 0 : Buffer.byteLength(body)));
  response.writeHead(status, fields).end(body ?? undefined);
  return undefined;
}

/** As a list: Node takes a fifth of the time of a request to go through the keys of an object that was made by spreading another. */
function fieldsOf(headers: Answer["headers"]): string[] {
  const fields: string[] = [];
  for (const name of Object.keys(headers)) fields.push(name, headers[name] as string);
  return fields;
}

async function writePieces(
  response: ServerResponse,
  { status, headers, body }: Answer & { readonly body: AsyncIterable<string> },
  { onProgress, streamTimeoutMs }: Pace,
): Promise<void> {
  if (response.destroyed) return;
  const gone = new AbortController();
  const timer = setTimeout(() => response.destroy(), streamTimeoutMs());
  response.once("close", () => {
    clearTimeout(timer);
    gone.abort();
  });
  response.writeHead(status, headers);
  response.flushHeaders();
  for await (const piece of body) {
    if (gone.signal.aborted) return;
    if (!response.write(piece)) await once(response, "drain", { signal: gone.signal });
    onProgress();
  }
  response.end();
}

/** The path of a target, without its query; a target with a scheme has it behind its host. */
function pathOf(target: string): string | undefined {
  if (!target.startsWith("/") || target.startsWith("//")) {
    return URL.canParse(target, "http://localhost") ? new URL(target, "http://localhost").pathname : undefined;
  }
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}

/** Node drops a second value of some headers, where the standard joins them: what was sent twice must show. */
function valueIn(rawHeaders: readonly string[], name: string): string | null {
  let found: string | null = null;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const given = rawHeaders[at] ?? "";
    if (given.length !== name.length || given.toLowerCase() !== name) continue;
    const value = rawHeaders[at + 1] ?? "";
    found = found === null ? value : `${found}, ${value}`;
  }
  return found;
}

function signalOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  if (response.destroyed) gone.abort();
  else response.once("close", () => gone.abort());
  return gone.signal;
}

function octetsOf(request: IncomingMessage, maxBytes: number, onEnd: () => void): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      request.pause();
      request.removeAllListeners("data");
      resolve(undefined);
    });
    request.on("end", () => {
      onEnd();
      resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length));
    });
    // Behind an error too, which Node tells to listeners alone.
    request.on("close", () => {
      if (!request.complete) reject(new Error("the body ended early"));
    });
  });
}
