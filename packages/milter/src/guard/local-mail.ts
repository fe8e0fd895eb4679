import type { Client, Edit, Reply } from "@fromguard/core";
import type { MilterVerdict } from "../session/handler.js";
import { replyWith } from "./replies.js";

/**
 * What becomes of a local submission that the policy refuses. Never a refusal: its user has left, and the MTA would send a bounce to
 * the sender that may be forged.
 *
 * - `quarantine`: held for an administrator (`postsuper -H` releases it, `-d` deletes it; Sendmail: `mailq -qQ`, `sendmail -Q -qQ`); where
 *   the MTA offers no quarantine, `defer`.
 * - `defer`: 451 4.7.1 with the text of the refusal. Postfix keeps the message in its maildrop queue and asks again and again, without an
 *   end of its own; Sendmail's submission program does so for `Timeout.queuereturn`.
 * - `discard`: gone without a word to anybody but the log.
 */
export type LocalRefusal = "quarantine" | "defer" | "discard";

/** What is done with a message instead of refusing it. */
export interface Instead {
  readonly how: LocalRefusal;
  /** What the MTA is told at once. */
  readonly now: MilterVerdict;
  /** What it is told at the end of the message, as far as that comes. */
  readonly edits: readonly Edit[];
  readonly atEnd: "continue" | "discard";
}

/** What to do with a local submission that is refused for good. */
export function insteadOfRefusal(reply: Reply, wanted: LocalRefusal, canQuarantine: boolean): Instead {
  const how = wanted === "quarantine" && !canQuarantine ? "defer" : wanted;
  switch (how) {
    case "quarantine":
      return { how, now: "continue", edits: [{ kind: "quarantine", reason: reply.text }], atEnd: "continue" };
    case "defer":
      return {
        how,
        now: replyWith({ code: 451, enhanced: "4.7.1", text: reply.text }),
        edits: [],
        atEnd: "continue",
      };
    case "discard":
      // Postfix may show a message that is discarded at MAIL again, on another connection.
      return { how, now: "continue", edits: [], atEnd: "discard" };
  }
}

/** What tells mail that the `sendmail` command submitted from mail of the network, before its sender is known. */
export interface Origin {
  readonly client: Client | null;
  readonly port: number;
  readonly helo: string | null;
}

/**
 * Whose local submissions are recognised.
 *
 * - `postfix`: `non_smtpd_milters`: the client is this machine's loopback address on port 0, the greeting is `localhost`, and the sender has
 *   no brackets. A client of the network has a port.
 * - `sendmail`: whatever comes from the loopback address without a login. Sendmail's submission program (`sendmail -Ac`) speaks SMTP as any
 *   other client does: give it a daemon of its own (`DAEMON_OPTIONS` with `InputMailFilters`), and that daemon a listener of its own.
 */
export type LocalMailOf = "postfix" | "sendmail";

/** Whether a message for which nobody logged in is a local submission. */
export function isLocalSubmission(mta: LocalMailOf, { client, port, helo }: Origin, sender: string): boolean {
  const loopback = client?.address === "127.0.0.1" || client?.address === "::1";
  return loopback && (mta === "sendmail" || (port === 0 && helo === "localhost" && !sender.startsWith("<")));
}
