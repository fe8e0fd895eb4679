import { connect, type Socket } from "node:net";
import { printable } from "@fromguard/core";

/** The attributes of a request or a reply, in order. */
/** What came of a request: the attributes of the reply, or why there are none. */
export type PolicyClientReply =
  | { readonly ok: true; readonly attributes: readonly (readonly [name: string, value: string])[] }
  | { readonly ok: false; readonly cause: string };

/** The most octets of a reply, its empty line included. */
export const MAX_POLICY_REPLY_BYTES = 64 * 1024;

/**
 * Asks a policy server once, over a connection of its own: `inet:host:port` or `unix:/path`.
 *
 * The deadline is for all of it: connecting, sending, the reply. A reply ends with an empty line; a line without `=`, an end
 * before that, text that is not UTF-8 or over 64 KiB is a failure. Never rejects.
 *
 * @see Postfix SMTPD_POLICY_README
 */
export function askPolicyServer(
  { endpoint, timeoutMs }: { readonly endpoint: string; readonly timeoutMs: number },
  attributes: readonly (readonly [name: string, value: string])[],
  { signal }: { readonly signal: AbortSignal },
): Promise<PolicyClientReply> {
  const request = formatRequest(attributes);
  if (request === undefined) return Promise.resolve(failed("an attribute holds a line break"));
  return new Promise((resolve) => {
    const socket = open(endpoint);
    if (socket === undefined) {
      resolve(failed(`no such endpoint: ${printable(endpoint)}`));
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (reply: PolicyClientReply) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      socket.destroy();
      resolve(reply);
    };
    const abort = () => finish(failed("not wanted any more"));
    const timer = setTimeout(() => finish(failed("Connection timed out")), timeoutMs);
    socket.on("error", (error) => finish(failed(error.message)));
    socket.on("close", () => finish(failed("the connection ended before the reply")));
    socket.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_POLICY_REPLY_BYTES) return finish(failed("the reply is too long"));
      chunks.push(chunk);
      if (!chunk.includes(LF)) return;
      const reply = readReply(Buffer.concat(chunks));
      if (reply !== undefined) finish(reply);
    });
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort);
    socket.write(request);
  });
}

const LF = 0x0a;

function failed(cause: string): PolicyClientReply {
  return { ok: false, cause };
}

function formatRequest(attributes: readonly (readonly [name: string, value: string])[]): string | undefined {
  if (attributes.some(([name, value]) => /[\n\0]/.test(`${name}${value}`))) return undefined;
  return `${attributes.map(([name, value]) => `${name}=${value}\n`).join("")}\n`;
}

function open(endpoint: string): Socket | undefined {
  const [, path] = /^(?:unix|local):(.+)$/.exec(endpoint) ?? [];
  if (path !== undefined) return connect({ path });
  const [, literal, name, port] = /^(?:inet:)?(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(endpoint) ?? [];
  const host = literal ?? name;
  if (host === undefined || Number(port) > 65_535) return undefined;
  return connect({ host, port: Number(port) });
}

/** The reply, once its empty line is there. */
function readReply(octets: Buffer): PolicyClientReply | undefined {
  const end = octets.indexOf("\n\n");
  if (end < 0 && octets[0] !== LF) return undefined;
  const text = decode(end < 0 ? Buffer.alloc(0) : octets.subarray(0, end));
  if (text === undefined) return failed("malformed UTF-8 in the reply");
  const attributes: (readonly [string, string])[] = [];
  for (const line of text === "" ? [] : text.split("\n")) {
    const at = line.indexOf("=");
    if (at < 1) return failed(`a line without a name and =: ${printable(line, 80)}`);
    attributes.push([line.slice(0, at), line.slice(at + 1)]);
  }
  return { ok: true, attributes };
}

function decode(octets: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return undefined;
  }
}
