import { type Facts, MAX_RECIPIENTS, type MutableFacts, parseIpAddress, parsePath, printable } from "@fromguard/core";
import type { Incoming } from "../exchange.js";

/** What the header fields of a request tell, or one sentence that begins with the field at fault. */
export type CheckRequest =
  | { readonly ok: true; readonly facts: MutableFacts; readonly options: CheckOptions }
  | { readonly ok: false; readonly error: string };

/** How a client of Rspamd wants its answer. */
export interface CheckOptions {
  /** `Pass: all`: every rule runs, also behind a rejection. */
  readonly passAll: boolean;
  /** `Flags: milter`: the client makes all that a `milter` block can say, as Rspamd's own proxy does. */
  readonly isMilter: boolean;
}

/** The header fields that are read, by their names in Rspamd, and what each tells. */
export const CHECK_FIELDS = {
  From: "MAIL FROM; absent, but with a `Rcpt`: the null sender.",
  Rcpt: "RCPT TO, several separated by commas.",
  User: "Who logged in; absent or empty: nobody.",
  IP: "The address of the client, also with a port.",
  Helo: "The argument of HELO or EHLO.",
  "Settings-ID": "The name of the listener; `default` if absent.",
  Pass: "`all`: every rule runs, also behind a rejection.",
  Flags:
    "Separated by commas. `milter`: the client makes all that a `milter` block can say. `pass_all`: as `Pass: all`.",
  Milter: "Whatever it says: as `Flags: milter`.",
  "Content-Encoding": "`zstd` where the body is compressed.",
  Compression: "The same, of old clients.",
} as const;

/** A field of {@link CHECK_FIELDS}, as it is asked for. */
type Field = Lowercase<keyof typeof CHECK_FIELDS>;

/** With which a client on the same host hands over a message without sending it. */
const ELSEWHERE = ["file", "path", "shm"] as const;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A fault found on the way down; never leaves this file. */
class Fault extends Error {}

/**
 * Reads the facts that Rspamd's clients tell in header fields. Never throws.
 *
 * `From` and `Rcpt` are the envelope. Some clients send no `From` for the null reverse-path: without it, but with a `Rcpt`, that is
 * what it was. `User` is the login, nobody without; `Settings-ID` names the listener. `Hostname` is not taken: nobody says that it is verified. A
 * field twice has the values of both, which is no address and no login.
 *
 * @see Rspamd src/libserver/protocol.c, rspamd_protocol_handle_headers
 */
export function readCheckRequest(incoming: Incoming): CheckRequest {
  try {
    for (const name of ELSEWHERE) {
      if (incoming.header(name) !== null)
        throw new Fault(`${name}: the message must be sent; what lies on another's disk or in his memory is not read`);
    }
    const flags = listOf(text(incoming, "flags"));
    const options = {
      passAll: text(incoming, "pass")?.toLowerCase() === "all" || flags.includes("pass_all"),
      isMilter: flags.includes("milter") || incoming.header("milter") !== null,
    };
    return { ok: true, facts: readFacts(incoming), options };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, error: printable(error.message, 200) };
    throw error;
  }
}

function readFacts(incoming: Incoming): MutableFacts {
  const from = text(incoming, "from");
  const recipients = recipientsOf(text(incoming, "rcpt") ?? "").map(parsePath);
  const facts: MutableFacts = {
    login: text(incoming, "user") || null,
    localUser: null,
    client: client(text(incoming, "ip")),
    helo: text(incoming, "helo") ?? null,
    listener: text(incoming, "settings-id") || "default",
  };
  if (from !== undefined || recipients.length > 0) facts.envelopeFrom = parsePath(from ?? "");
  if (recipients.length > 0) facts.recipients = recipients;
  return facts;
}

/** The value of a field as text; HTTP has octets there. */
function text(incoming: Incoming, name: Field): string | undefined {
  const value = incoming.header(name);
  if (value === null) return undefined;
  if (/^[\x20-\x7e]*$/.test(value)) return value;
  try {
    return UTF8.decode(Uint8Array.from(value, (octet) => octet.charCodeAt(0)));
  } catch {
    throw new Fault(`${name}: is not UTF-8`);
  }
}

/** An address, of Rspamd's proxy with the port behind it. A client on a socket of the host has a path, or no address. */
function client(ip: string | undefined): Facts["client"] {
  if (ip === undefined || ip === "" || ip.startsWith("/")) return null;
  const [, v4, v6] = /^(?:([\d.]+)|\[([^\]]*)\])(?::\d{1,5})?$/.exec(ip) ?? [];
  const address = v4 ?? v6 ?? ip;
  if (parseIpAddress(address) === undefined) throw new Fault(`ip: "${ip}" is no IP address`);
  return { address };
}

/** Addresses between commas; a comma in a quoted local part is none. */
function recipientsOf(value: string): readonly string[] {
  const parts = value.match(/(?:"(?:\\.|[^"\\])*"?|[^",])+/g) ?? [];
  const recipients = parts.map((part) => part.trim()).filter((part) => part !== "");
  if (recipients.length > MAX_RECIPIENTS)
    throw new Fault(`rcpt: ${recipients.length} of them, over the limit of ${MAX_RECIPIENTS}`);
  return recipients;
}

function listOf(flags = ""): readonly string[] {
  return flags.split(",").map((flag) => flag.trim().toLowerCase());
}
