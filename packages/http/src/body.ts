import type { Incoming } from "./exchange.js";
import type { Problem } from "./problem-details.js";

/** The octets of a body, or what is wrong with it. */
export type Octets =
  | { readonly ok: true; readonly octets: Uint8Array }
  | { readonly ok: false; readonly problem: Problem };

/** The body of a request as JSON, or what is wrong with it. */
export type Body = { readonly ok: true; readonly json: unknown } | { readonly ok: false; readonly problem: Problem };

/**
 * Reads a JSON body of at most `maxBytes`: what is longer is not read to its end.
 *
 * It must be `application/json` in UTF-8 (RFC 8259 section 8.1), not compressed.
 */
export async function readJson(incoming: Incoming, maxBytes: number): Promise<Body> {
  if (!isJson(incoming.header("content-type"))) return refuse(415, "the body must be application/json");
  const body = await readBody(incoming, maxBytes);
  return body.ok ? parseJson(body.octets, "the body") : body;
}

/** Reads a body of at most `maxBytes` that is not compressed, whatever its type. */
export function readBody(incoming: Incoming, maxBytes: number): Octets | Promise<Octets> {
  const compressed = refuseCompressed(incoming);
  return compressed === undefined ? readSent(incoming, maxBytes) : { ok: false, problem: compressed };
}

/** Reads a body of at most `maxBytes` as it was sent, compressed or not. */
export async function readSent(incoming: Incoming, maxBytes: number): Promise<Octets> {
  const tooLarge = () => refuse(413, `the body is over the limit of ${maxBytes} octets`);
  if (Number(incoming.header("content-length") ?? 0) > maxBytes) return tooLarge();
  try {
    const octets = await incoming.octets(maxBytes);
    return octets === undefined ? tooLarge() : { ok: true, octets };
  } catch {
    return refuse(400, "the body ended early");
  }
}

/** The problem of a body that is compressed. */
export function refuseCompressed(incoming: Incoming): Problem | undefined {
  if ((incoming.header("content-encoding") ?? "identity") === "identity") return undefined;
  return { status: 415, detail: "the body must not be compressed" };
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @param what How the problem names it. */
export function parseJson(octets: Uint8Array, what: string): Body {
  try {
    return { ok: true, json: JSON.parse(UTF8.decode(octets)) };
  } catch {
    return refuse(400, `${what} is not JSON in UTF-8`);
  }
}

/** A body that cannot be taken. */
function refuse(status: Problem["status"], detail: string) {
  return { ok: false as const, problem: { status, detail } };
}

/** What is read as UTF-8 may say so, and nothing else. */
const UTF8_ONLY = /^(?:[ \t]*;[ \t]*charset="?utf-8"?)?[ \t]*$/i;
const JSON_TYPE = /^application\/json(?=[ \t;]|$)/i;
const NDJSON_TYPE = /^application\/(?:x-)?nd-?json(?=[ \t;]|$)/i;
/** A comma joins two headers of the name. */
const MESSAGE_TYPE = /^message\/rfc822[ \t]*(?:;[^,]*)?$/i;

/** Whether a media type is JSON in UTF-8. */
export function isJson(contentType: string | null): boolean {
  return contentType === "application/json" || isIn(JSON_TYPE, contentType);
}

/** Whether a media type is JSON in UTF-8, one text a line. */
export function isNdjson(contentType: string | null): boolean {
  return isIn(NDJSON_TYPE, contentType);
}

/** Whether a media type is a message; its parameters do not matter, since it is read as octets. */
export function isMessage(contentType: string | null): boolean {
  return MESSAGE_TYPE.test(contentType ?? "");
}

function isIn(type: RegExp, contentType: string | null): boolean {
  const name = type.exec(contentType ?? "")?.[0];
  return name !== undefined && UTF8_ONLY.test(contentType?.slice(name.length) ?? "");
}
