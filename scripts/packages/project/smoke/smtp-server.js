import { once } from "node:events";
import { converse } from "../conversation.js";

/** A submission server of nodemailer's smtp-server with the hooks, over SMTP. */
export const expected = "250, 553 5.7.1, 553 5.7.1";

export async function smoke(load) {
  const { createGuard, headerOriginatorsOwned, loginOwnsEnvelope, ownedAddresses } = await load("@fromguard/core");
  const { guardHooks } = await load("@fromguard/smtp-server");
  const { SMTPServer } = await load("smtp-server");
  const ownership = ownedAddresses({ ann: ["ann@example.com"] });
  const guard = createGuard({ rules: [loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership })] });
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    onAuth: ({ username }, _session, done) => done(null, { user: username }),
    ...guardHooks({
      guard,
      deliver: async (message) => {
        for await (const _chunk of message);
      },
    }),
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.server.address();
  const replies = [
    await send(port, "ann@example.com", "ann@example.com"),
    await send(port, "bob@example.com", "ann@example.com"),
    await send(port, "ann@example.com", "bob@example.com"),
  ];
  await new Promise((resolve) => server.close(resolve));
  return replies.join(", ");
}

/** The reply that ends the attempt: its code, and the enhanced one of a refusal. */
async function send(port, sender, from) {
  const client = await converse(port, (answer) => /(^|\n)\d{3} [^\n]*\n$/.test(answer.toString()));
  let reply = String(await client.next());
  for (const line of [
    "EHLO client.example.com",
    `AUTH PLAIN ${btoa("\0ann\0secret")}`,
    `MAIL FROM:<${sender}>`,
    "RCPT TO:<carl@example.org>",
    "DATA",
    `From: ${from}\r\n\r\nHello.\r\n.`,
  ]) {
    if (!/^[23]/.test(reply)) break;
    client.say(`${line}\r\n`);
    reply = String(await client.next());
  }
  client.end();
  return /^250|^\d{3} \d\.\d+\.\d+/.exec(reply)[0];
}
