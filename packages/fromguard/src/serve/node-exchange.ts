import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer, Incoming } from "@fromguard/http";

/** Methods that no fetch handler can be asked with. */
const NO_METHOD = new Set(["CONNECT", "TRACE", "TRACK"]);

/**
 * A request of node:http as the handler reads it, straight from what Node has: making a `Request` of it costs more than a decision.
 * Undefined for a target that is no path of ours, and for a method such as TRACE.
 */
export function incomingOf(request: IncomingMessage, response: ServerResponse): Incoming | undefined {
  const { method = "GET", url = "/" } = request;
  const path = pathOf(url);
  return path === undefined || NO_METHOD.has(method) ? undefined : new NodeIncoming(method, path, request, response);
}

/** A class: a literal with a getter has a hidden class of its own. What a handler takes out of it needs no `this`. */
class NodeIncoming implements Incoming {
  readonly method: string;
  readonly path: string;
  readonly address: string | undefined;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #signal: AbortSignal | undefined;
  readonly headerNames = () => Object.keys(this.#request.headers);
  readonly header = (name: string) => valueIn(this.#request.rawHeaders, name.toLowerCase());
  readonly octets = (maxBytes: number) => octetsOf(this.#request, maxBytes);
  readonly chunks = () => this.#request;

  constructor(method: string, path: string, request: IncomingMessage, response: ServerResponse) {
    this.method = method;
    this.path = path;
    this.address = request.socket.remoteAddress;
    this.#request = request;
    this.#response = response;
  }

  get signal(): AbortSignal {
    this.#signal ??= signalOf(this.#response);
    return this.#signal;
  }
}

/**
 * Sends an answer. What comes in pieces is taken as fast as the client takes it, and no more of it once the client has gone.
 *
 * @param onProgress Called when a piece has been taken
 */
export async function writeAnswer(
  response: ServerResponse,
  { status, headers, body }: Answer,
  onProgress: () => void,
): Promise<void> {
  if (body === null || typeof body === "string") {
    const length = body === null ? 0 : Buffer.byteLength(body);
    response.writeHead(status, { ...headers, "content-length": length }).end(body ?? undefined);
    return;
  }
  const gone = new AbortController();
  response.once("close", () => gone.abort());
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

function octetsOf(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
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
    request.on("end", () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length)));
    request.on("error", reject);
    request.on("close", () => {
      if (!request.complete) reject(new Error("the body ended early"));
    });
  });
}
