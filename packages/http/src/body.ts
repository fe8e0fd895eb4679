import type { Problem } from "./problem.js";

/** The body of a request as JSON, or what is wrong with it. */
export type Body = { readonly ok: true; readonly json: unknown } | { readonly ok: false; readonly problem: Problem };

/**
 * Reads a JSON body of at most `maxBytes`: what is longer is not read to its end.
 *
 * It must be `application/json` in UTF-8 (RFC 8259 section 8.1), not compressed.
 */
export async function readJson(request: Request, maxBytes: number): Promise<Body> {
  const refuse = (status: Problem["status"], detail: string): Body => ({ ok: false, problem: { status, detail } });
  if (!isJson(request.headers.get("content-type"))) return refuse(415, "the body must be application/json");
  if ((request.headers.get("content-encoding") ?? "identity") !== "identity")
    return refuse(415, "the body must not be compressed");
  const tooLarge = () => refuse(413, `the body is over the limit of ${maxBytes} octets`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return tooLarge();
  let octets: Uint8Array | undefined;
  try {
    octets = await readOctets(request.body, maxBytes);
  } catch {
    return refuse(400, "the body ended early");
  }
  if (octets === undefined) return tooLarge();
  try {
    return { ok: true, json: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(octets)) };
  } catch {
    return refuse(400, "the body is not JSON in UTF-8");
  }
}

function isJson(contentType: string | null): boolean {
  return /^application\/json(?:[ \t]*;[ \t]*charset="?utf-8"?)?[ \t]*$/i.test(contentType ?? "");
}

async function readOctets(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Uint8Array | undefined> {
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > maxBytes) {
      reader.cancel("over the limit").catch(() => undefined);
      return undefined;
    }
    chunks.push(value);
  }
  return chunks.length === 1 ? chunks[0] : join(chunks, length);
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
