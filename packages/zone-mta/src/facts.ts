import { type Facts, facts } from "@fromguard/core";
import { pathOf } from "@fromguard/smtp-server";
import type { ZoneAddress, ZoneEnvelope, ZoneSession } from "./host.js";

/** What is known at MAIL FROM. */
export function senderFacts({ address }: ZoneAddress, session: ZoneSession): Partial<Facts> {
  const { remoteAddress: client, hostNameAppearsAs: helo, user, interface: listener } = session;
  return { ...facts({ login: loginOf(user), client, helo: helo || null, listener }), envelopeFrom: pathOf(address) };
}

/** What is known of a message before it is read. A sender that nobody named stays unknown. */
export function messageFacts(envelope: ZoneEnvelope): Partial<Facts> {
  const { user, origin, transhost, from, to = [], interface: listener = "default" } = envelope;
  const known = facts({ login: loginOf(user), client: origin || null, helo: transhost || null, listener });
  const recipients = (typeof to === "string" ? [to] : to).map(pathOf);
  return { ...known, recipients, ...(from === undefined ? {} : { envelopeFrom: pathOf(from || "") }) };
}

/** Over SMTP who authenticated, over HTTP whom the request names in `X-Authenticated-User`. */
function loginOf(user: unknown): string | null {
  if (typeof user === "string" && user !== "") return user;
  if (!user) return null;
  throw new TypeError("the login is no text");
}
