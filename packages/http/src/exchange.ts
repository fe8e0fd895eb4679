import type { Problem } from "./problem-details.js";

/** A request, as every host can give it: no object of a platform, so that none must be made where the host has another. */
export interface Incoming {
  readonly method: string;
  /** The path as it was sent, percent-encoding included, without the query. */
  readonly path: string;
  /** Aborted when the client has gone; made when it is read. */
  readonly signal: AbortSignal;
  /** Of the client, for limits; undefined where the host does not tell. */
  readonly address: string | undefined;
  /** The value of a header field, several joined by `, `; null where there is none. Octets as latin1. */
  header(name: string): string | null;
  /** The names of the header fields in lower case. */
  headerNames(): Iterable<string>;
  /** The whole body, once; undefined where it is over the limit, and is then not read to its end. Rejects where it breaks off. */
  octets(maxBytes: number): Promise<Uint8Array | undefined>;
  /** The body as it comes, once. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** What is answered. Header names are in lower case. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text that comes in pieces is taken no faster than the client takes it. */
  readonly body: string | AsyncIterable<string> | null;
  /** Set where the request was refused: the log is told of it. */
  readonly problem?: Problem;
}

const JSON_HEADERS = { "content-type": "application/json", "cache-control": "no-store" } as const;

/** One line of JSON. */
export function jsonAnswer(value: unknown): Answer {
  return textAnswer(`${JSON.stringify(value)}\n`);
}

/** One line of JSON that is written already. */
export function textAnswer(line: string): Answer {
  return { status: 200, headers: JSON_HEADERS, body: line };
}
