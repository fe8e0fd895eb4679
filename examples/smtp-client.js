// An SMTP client for the examples: one message over a connection of its own.
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";

/** Logs ann in with a password. */
const PASSWORD = [`AUTH PLAIN ${btoa("\0ann\0secret")}`];

/** The reply that ends an attempt of ann to send. */
async function send(port, logIn, sender, from) {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const say = async (line) => {
    if (line !== "") socket.write(`${line}\r\n`);
    for (;;) {
      const { value = "closed" } = await lines.next();
      if (value[3] !== "-") return value;
    }
  };
  await say("");
  await say("EHLO client.example.com");
  for (const line of logIn) await say(line);
  let reply = "250";
  const message = `From: ${from}\r\nSubject: hello\r\n\r\nhello\r\n.`;
  for (const line of [`MAIL FROM:<${sender}>`, "RCPT TO:<bob@example.org>", "DATA", message]) {
    if (/^[23]/.test(reply)) reply = await say(line);
  }
  socket.destroy();
  return reply;
}

/** Sends as ann: an honest message, one from another's address, one with another's name in the header. */
export async function sendAsAnn(port, { logIn = PASSWORD, print = console.log } = {}) {
  for (const [what, sender, from] of [
    ["honest", "ann@example.com", "ann@example.com"],
    ["forged sender", "bob@example.com", "ann@example.com"],
    ["forged header", "ann@example.com", "Bob <bob@example.com>"],
  ]) {
    print(`${what}: ${await send(port, logIn, sender, from)}`);
  }
}
