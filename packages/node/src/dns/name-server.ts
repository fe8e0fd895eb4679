import { getServers } from "node:dns";
import { isIP } from "node:net";
import { FromguardError } from "@fromguard/core";

/** Where a name server listens. */
export interface NameServer {
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number;
  /** As written. */
  readonly text: string;
}

const DNS_PORT = 53;
const WITH_PORT = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/;

/**
 * Reads name servers: `IP`, `IPV4:PORT` or `[IPV6]:PORT`; undefined for those of /etc/resolv.conf.
 *
 * @throws FromguardError `FG_CONFIG_INVALID` where one is no IP address, or there is none
 */
export function nameServers(texts: readonly string[] = getServers()): readonly [NameServer, ...NameServer[]] {
  const [first, ...others] = texts;
  if (first === undefined) throw new FromguardError("FG_CONFIG_INVALID", "the list of name servers is empty");
  return [nameServer(first), ...others.map(nameServer)];
}

function nameServer(text: string): NameServer {
  const [, v6, v4, digits] = WITH_PORT.exec(text) ?? [];
  const address = v6 ?? v4 ?? text.replace(/^\[(.*)\]$/, "$1");
  const family = isIP(address);
  const port = digits === undefined ? DNS_PORT : Number(digits);
  if ((family === 4 || family === 6) && port >= 1 && port <= 65_535) return { address, family, port, text };
  throw new FromguardError("FG_CONFIG_INVALID", `a name server is given as IP or IP:PORT, not as "${text}"`);
}
