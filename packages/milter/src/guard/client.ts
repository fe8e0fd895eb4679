import { type Client, formatIpAddress, parseIpAddress } from "@fromguard/core";
import type { ConnectCommand } from "../codec/command.js";

/**
 * The client of a CONNECT event, its address as inet_ntop(3) prints it; null where the address is unknown, is a socket's path, or is no
 * address.
 *
 * Sendmail writes `IPv6:` before an IPv6 address, and every group of it: `IPv6:0:0:0:0:0:0:0:1`. An IPv4-mapped address is the IPv4 address
 * that it stands for; a zone (`%eth0`) goes. The name in brackets is no name, nor is `unknown`.
 */
export function clientOf({ family, address: text, name }: ConnectCommand): Client | null {
  if (family !== "4" && family !== "6") return null;
  const octets = parseIpAddress(text.replace(/^IPv6:/i, "").replace(/%[^%]*$/, ""));
  if (octets === undefined) return null;
  const address = formatIpAddress(octets);
  return name === "" || name.startsWith("[") || name === "unknown" ? { address } : { address, name };
}
