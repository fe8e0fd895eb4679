import { type Facts, facts } from "@fromguard/core";
import { pathOf } from "@fromguard/smtp-server";
import type { HarakaConnection, HarakaTransaction } from "./host.js";
import type { Settings } from "./settings.js";

/** What is known at MAIL FROM. */
export function envelopeFacts(
  connection: HarakaConnection,
  { mail_from }: HarakaTransaction,
  { listener }: Settings,
): Partial<Facts> {
  const { remote, hello } = connection;
  const known = facts({ login: loginOf(connection), client: remote.ip, helo: hello.host ?? null, listener });
  return { ...known, envelopeFrom: pathOf(mail_from.format()) };
}

/** What is known before the message itself: the envelope with its recipients. */
export function transactionFacts(
  connection: HarakaConnection,
  transaction: HarakaTransaction,
  settings: Settings,
): Partial<Facts> {
  const recipients = transaction.rcpt_to.map((address) => pathOf(address.format()));
  return { ...envelopeFacts(connection, transaction, settings), recipients };
}

/** Whether mail is not judged: never that of who logged in. */
export function isSkipped(connection: HarakaConnection, { skip }: Settings): boolean {
  if (loginOf(connection) !== null) return false;
  const { is_private, is_local } = connection.remote;
  return (skip.relaying && connection.relaying) || (skip.private_ip && is_private) || (skip.local_ip && is_local);
}

/** As Haraka's authentication plugins tell it; that a client may relay does not say that it logged in. */
function loginOf({ notes, results }: HarakaConnection): string | null {
  const login = notes.auth_user ?? results.get("auth")?.user ?? null;
  if (login === null || typeof login === "string") return login === "" ? null : login;
  throw new TypeError("the login is no text");
}
