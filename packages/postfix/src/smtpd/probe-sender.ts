import { fold, lowerAscii } from "@fromguard/core";
import { rewriteAddress, rewriteOptions } from "../address/rewrite.js";
import type { MainCf } from "../main-cf/main-cf.js";

/**
 * Tells the sender of Postfix's own address verification probes: as a recipient, smtpd takes it without running any list, so
 * that two servers that verify one another do not refuse each other.
 *
 * With `address_verify_sender_ttl` the address changes with the time; such a one is not told.
 *
 * @see Postfix valid_verify_sender_addr in verify_sender_addr.c
 */
export function probeSender(config: MainCf): (internal: string) => boolean {
  const name = config.get("address_verify_sender");
  if (name === "" || name === "<>" || config.seconds("address_verify_sender_ttl") > 0) return () => false;
  const foldCase = config.bool("smtputf8_enable") ? fold : lowerAscii;
  const sender = foldCase(rewriteAddress(name, rewriteOptions(config)));
  return (internal) => foldCase(internal) === sender;
}
