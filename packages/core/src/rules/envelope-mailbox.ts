import { type Address, formatAddress } from "../address/address.js";
import type { Path } from "../address/path.js";
import type { Evidence } from "../verdict/evidence.js";
import { type Fail, fail, type Skip, skip } from "../verdict/verdict.js";

/**
 * The mailbox in the reverse-path, or the verdict that every rule on it shares: the null path does not concern it, and
 * text that is no mailbox breaks it.
 */
export function envelopeMailbox(path: Path): { readonly mailbox: Address } | { readonly verdict: Skip | Fail } {
  switch (path.kind) {
    case "null":
      return { verdict: skip("null-reverse-path") };
    case "malformed":
      return { verdict: fail("envelope-malformed", { address: path.text, offset: path.offset }) };
    case "mailbox":
      return { mailbox: path.mailbox };
  }
}

/** What every finding on a sender address shows: the address as the sender gave it, whatever a source calls it. It stands in no field. */
export function aboutSender(mailbox: Address, { field: _none, ...more }: Evidence = {}): Evidence {
  return { ...more, address: formatAddress(mailbox) };
}
