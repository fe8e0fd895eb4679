import { isIP } from "node:net";
import type { Client } from "@fromguard/core";
import type { ConnectCommand } from "../codec/command.js";

/**
 * The client of a CONNECT event; null where the address is unknown, is a socket's path, or is no address.
 *
 * Sendmail writes `IPv6:` before an IPv6 address; an IPv4-mapped address is the IPv4 address that it stands for. The name in brackets
 * is no name, nor is `unknown`.
 */
export function clientOf({ family, address, name }: ConnectCommand): Client | null {
  if (family !== "4" && family !== "6") return null;
  const text = address.replace(/^IPv6:/i, "");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1];
  const plain = mapped ?? text;
  if (isIP(plain) === 0) return null;
  return name === "" || name.startsWith("[") || name === "unknown" ? { address: plain } : { address: plain, name };
}
