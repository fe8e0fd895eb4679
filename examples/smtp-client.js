// An SMTP client for the examples: a connection of its own for each log-in and each message.
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";

/** A connection that has said EHLO: each line that it says gets the last line of the reply. */
async function open(port) {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const reply = async () => {
    for (;;) {
      const { value = "closed" } = await lines.next();
      if (value[3] !== "-") return value;
    }
  };
  const say = (line) => {
    socket.write(`${line}\r\n`);
    return reply();
  };
  await reply();
  await say("EHLO client.example.com");
  return { say, close: () => socket.destroy() };
}

const authPlain = (password) => `AUTH PLAIN ${btoa(`\0ann\0${password}`)}`;

/** The reply that ends an attempt of ann to send. */
async function send(port, sender, from) {
  const { say, close } = await open(port);
  let reply = await say(authPlain("secret"));
  const message = `From: ${from}\r\nSubject: hello\r\n\r\nhello\r\n.`;
  for (const line of [`MAIL FROM:<${sender}>`, "RCPT TO:<bob@example.org>", "DATA", message]) {
    if (/^[23]/.test(reply)) reply = await say(line);
  }
  close();
  return reply;
}

/** Logs ann in with a password that is not hers, then with her own. */
export async function logInAsAnn(port) {
  for (const password of ["guess", "secret"]) {
    const { say, close } = await open(port);
    console.log(`AUTH PLAIN, password ${password}: ${await say(authPlain(password))}`);
    close();
  }
}

/** Sends as ann: an honest message, one from another's address, one with another's name in the header. */
export async function sendAsAnn(port, { print = console.log } = {}) {
  for (const [what, sender, from] of [
    ["honest", "ann@example.com", "ann@example.com"],
    ["forged sender", "bob@example.com", "ann@example.com"],
    ["forged header", "ann@example.com", "Bob <bob@example.com>"],
  ]) {
    print(`${what}: ${await send(port, sender, from)}`);
  }
}
