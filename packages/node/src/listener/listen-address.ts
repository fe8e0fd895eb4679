import { isIP } from "node:net";
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

/** Where a server listens. */
export type ListenAddress = TcpAddress | UnixAddress;

/** The longest socket path, in octets, that the system does not cut: `sun_path` less its NUL (unix(7)). */
const MAX_UNIX_PATH = process.platform === "linux" ? 107 : 103;

const HOST_PORT = /^(?:inet:)?(?:\[([^\]]+)\]|([A-Za-z0-9_.-]+)):(\d{1,5})$/;

/**
 * Reads `127.0.0.1:10040`, `[::1]:0`, `localhost:10040` or `unix:/path`; `inet:` before the first three is accepted, as
 * main.cf writes it.
 *
 * @throws FromguardError `FG_CONFIG_INVALID` for anything else: a missing host, a port over 65535, a relative path, a path
 * longer than a socket's can be.
 */
export function parseListenAddress(text: string): ListenAddress {
  if (text.startsWith("unix:")) return parseUnix(text, text.slice("unix:".length));
  const match = HOST_PORT.exec(text);
  if (match === null) throw invalid(text, "write HOST:PORT, [IPV6]:PORT or unix:/PATH");
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
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

function parseUnix(text: string, path: string): UnixAddress {
  if (!path.startsWith("/")) throw invalid(text, "the path of a unix socket begins with a slash");
  if (path.includes("\0")) throw invalid(text, "the path holds a NUL");
  if (Buffer.byteLength(path) > MAX_UNIX_PATH) {
    throw invalid(text, `the path of a unix socket has at most ${MAX_UNIX_PATH} octets`);
  }
  return { kind: "unix", path };
}

function invalid(text: string, why: string): FromguardError {
  return new FromguardError("FG_CONFIG_INVALID", `"${printable(text)}" is no address to listen on: ${why}`);
}
