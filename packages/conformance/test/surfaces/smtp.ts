import type { RawClient } from "../../../smtp-server/test/e2e/raw-client.js";
import { type Outcome, outcomeOfReply } from "./surface.js";
import { RECIPIENT, type Transaction } from "./transactions.js";

/** Sends a message over a connection of its own; the reply that ends the attempt. */
export async function playSmtp(client: RawClient, { envelopeFrom, octets }: Transaction): Promise<Outcome> {
  try {
    const [mail, ...rest] = dialogue(envelopeFrom);
    let reply = await client.command(mail);
    for (const line of rest) if (/^[23]/.test(reply)) reply = await client.command(line);
    if (!reply.startsWith("354 ")) return outcomeOfReply(reply);
    const text = octets.toString("latin1").replace(/(^|\r\n)\./g, "$1..");
    client.socket.write(text, "latin1");
    return outcomeOfReply(await client.command(text.endsWith("\r\n") ? "." : "\r\n."));
  } finally {
    client.close();
  }
}

/** Sends half a message and closes this half of the connection; resolves when the server has closed the other. */
export async function leaveSmtp(client: RawClient, { envelopeFrom, octets }: Transaction): Promise<void> {
  for (const line of dialogue(envelopeFrom)) await client.command(line);
  client.socket.end(octets.subarray(0, octets.length - 2));
  for (let reply = ""; reply !== "closed"; reply = await client.reply());
}

function dialogue(envelopeFrom: string): readonly [string, ...string[]] {
  const path = Buffer.from(envelopeFrom).toString("latin1");
  const parameters = /[^\x20-\x7e]/.test(path) ? " SMTPUTF8" : "";
  return [`MAIL FROM:<${path}>${parameters}`, `RCPT TO:<${RECIPIENT}>`, "DATA"];
}
