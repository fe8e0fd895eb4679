import { isIP } from "node:net";
import { dirname } from "node:path";
import { FromguardError, printable } from "@fromguard/core";

/** A TCP port of this machine; port 0 lets the system choose one. */
export interface TcpAddress {
  readonly kind: "tcp";
  /** An IPv4 or IPv6 address without brackets, or a host name. */
  readonly host: string;
  readonly port: number;
}

/** A unix-domain socket. */
export interface UnixAddress {
  readonly kind: "unix";
  readonly path: string;
}

/** A socket on which systemd listens already and that it hands over, under its `FileDescriptorName` (systemd.socket(5)). */
export interface SystemdAddress {
  readonly kind: "systemd";
  readonly name: string;
}

/** Where a server listens. */
export type ListenAddress = TcpAddress | UnixAddress | SystemdAddress;

/** The longest socket path, in octets, that the system does not cut: `sun_path` less its NUL (unix(7)). */
const MAX_UNIX_PATH = process.platform === "linux" ? 107 : 103;

/** Octets that the private folder in which a socket is made, and its name there, add to the folder of the path. */
const UNIX_STAGING = "/.fg-XXXXXX/s".length;

/** What systemd takes as a name, but for blanks. */
const DESCRIPTOR_NAME = /^[\x21-\x39\x3b-\x7e]{1,255}$/;

const HOST_PORT = /^(?:inet:)?(?:\[([^\]]+)\]|([A-Za-z0-9_.-]+)):(\d{1,5})$/;

/**
 * Reads `127.0.0.1:10040`, `[::1]:0`, `localhost:10040`, `unix:/path` or `systemd:NAME`; `inet:` before the first three is
 * accepted, as main.cf writes it.
 *
 * @throws FromguardError `FG_CONFIG_INVALID` for anything else: a missing host, a port over 65535, a relative path, a path
 * longer than a socket's can be, a folder so long that no private one fits into it.
 */
export function parseListenAddress(text: string): ListenAddress {
  if (text.startsWith("unix:")) return parseUnix(text, text.slice("unix:".length));
  if (text.startsWith("systemd:")) return parseSystemd(text, text.slice("systemd:".length));
  const match = HOST_PORT.exec(text);
  if (match === null) throw invalid(text, "write HOST:PORT, [IPV6]:PORT, unix:/PATH or systemd:NAME");
  const [, literal, name, digits] = match;
  const port = Number(digits);
  if (port > 65_535) throw invalid(text, "the port is over 65535");
  if (literal !== undefined && isIP(literal) !== 6) throw invalid(text, "brackets hold an IPv6 address");
  if (name !== undefined && /^[\d.]+$/.test(name) && isIP(name) !== 4) throw invalid(text, "that is no IPv4 address");
  return { kind: "tcp", host: (literal ?? name) as string, port };
}

/** The text that {@link parseListenAddress} reads back. */
export function formatListenAddress(address: ListenAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  if (address.kind === "systemd") return `systemd:${address.name}`;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

function parseUnix(text: string, path: string): UnixAddress {
  if (!path.startsWith("/")) throw invalid(text, "the path of a unix socket begins with a slash");
  if (path.includes("\0")) throw invalid(text, "the path holds a NUL");
  if (Buffer.byteLength(path) > MAX_UNIX_PATH) {
    throw invalid(text, `the path of a unix socket has at most ${MAX_UNIX_PATH} octets`);
  }
  if (Buffer.byteLength(dirname(path)) + UNIX_STAGING > MAX_UNIX_PATH) {
    throw invalid(text, `the folder of a unix socket has at most ${MAX_UNIX_PATH - UNIX_STAGING} octets`);
  }
  return { kind: "unix", path };
}

function parseSystemd(text: string, name: string): SystemdAddress {
  if (!DESCRIPTOR_NAME.test(name)) {
    throw invalid(text, "a FileDescriptorName has 1 to 255 printable characters and no colon");
  }
  return { kind: "systemd", name };
}

function invalid(text: string, why: string): FromguardError {
  return new FromguardError("FG_CONFIG_INVALID", `"${printable(text)}" is no address to listen on: ${why}`);
}
