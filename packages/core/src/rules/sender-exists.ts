import { type Hit, searchTables } from "../ownership/key-search.js";
import { type LoginMapKeyOptions, loginMapKeys, lookupDomains } from "../ownership/login-map-keys.js";
import { type Rule, rule } from "../rule/rule.js";
import { mostSevere } from "../rule/run.js";
import type { Table } from "../table/table.js";
import { fail, pass, unknown, type Verdict } from "../verdict/verdict.js";
import { aboutSender, envelopeMailbox } from "./envelope-mailbox.js";

/** Options of {@link senderExists}. */
export interface SenderExistsOptions extends LoginMapKeyOptions {
  /** Has an entry for each address that exists here; what the entry says does not matter. */
  readonly senders: Table;
}

/**
 * The envelope sender is listed in a table, looked up as Postfix looks up addresses (with and without extension, then `@domain`).
 *
 * The null reverse-path is skipped. Fails with `sender-unknown`, or `envelope-malformed` for a path that names no mailbox. A table that
 * cannot answer is `unknown` with the code `table-unavailable`.
 *
 * @see postconf(5) reject_unlisted_sender
 */
export function senderExists(options: SenderExistsOptions): Rule<"envelopeFrom"> {
  const { senders } = options;
  return rule("sender-exists", ["envelopeFrom"], ({ envelopeFrom }, context) => {
    const read = envelopeMailbox(envelopeFrom);
    if ("verdict" in read) return read.verdict;
    const { mailbox } = read;
    const unlisted = (key: string) =>
      fail(
        "sender-unknown",
        aboutSender(mailbox, { source: senders.name, key, remedy: `add ${key} to ${senders.name}` }),
      );
    const judge = (hit: Hit | undefined, key: string): Verdict => {
      if (hit === undefined) return unlisted(key);
      if (hit.lookup.kind === "found") return pass();
      return unknown("table-unavailable", hit.lookup.cause, aboutSender(mailbox, hit.lookup.evidence()));
    };
    const verdicts = lookupDomains(mailbox).map((domain) => {
      const steps = loginMapKeys(mailbox.localPart, domain, options);
      const key = steps[0]?.keys[0] ?? "";
      const hit = searchTables([senders], steps, context);
      return hit instanceof Promise ? hit.then((late) => judge(late, key)) : judge(hit, key);
    });
    const worst = (found: readonly Verdict[]) => mostSevere(found) ?? unlisted(mailbox.localPart);
    return verdicts.some((verdict) => verdict instanceof Promise)
      ? Promise.all(verdicts).then(worst)
      : worst(verdicts as Verdict[]);
  });
}
