import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** One message as a mail program submits it, byte for byte. */
export interface Submission {
  readonly login: string;
  readonly password: string;
  /** What stands in MAIL FROM, in brackets: `<alice@example.com>`. */
  readonly mailFrom: string;
  readonly recipient: string;
  /** The message with CRLF line ends; each character is one octet. */
  readonly message: string;
}

/** The server's last word on a message. */
export interface SmtpReply {
  readonly code: number;
  /** `553 5.7.1 text`. */
  readonly line: string;
  /** The command that it answers. */
  readonly at: "AUTH" | "MAIL" | "RCPT" | "DATA" | "end of data";
}

/**
 * Logs in and submits one message; returns the first refusal, or the answer to the end of data.
 *
 * Speaks SMTP itself, since a mail library mends or refuses the forgeries that are to be sent.
 */
export async function submit(port: number, mail: Submission): Promise<SmtpReply> {
  const socket = connect({ host: "127.0.0.1", port });
  const replies = repliesOf(socket);
  const say = async (line: string) => {
    socket.write(`${line}\r\n`, "latin1");
    return await nextReply(replies);
  };
  try {
    await once(socket, "connect");
    await nextReply(replies);
    await say("EHLO client.example.com");
    const steps: readonly (readonly [SmtpReply["at"], string])[] = [
      ["AUTH", `AUTH PLAIN ${Buffer.from(`\0${mail.login}\0${mail.password}`).toString("base64")}`],
      ["MAIL", `MAIL FROM:${mail.mailFrom}`],
      ["RCPT", `RCPT TO:<${mail.recipient}>`],
      ["DATA", "DATA"],
      ["end of data", `${dotStuff(mail.message)}.`],
    ];
    for (const [at, line] of steps) {
      const reply = await say(line);
      if (reply.code >= 400 || at === "end of data") return { ...reply, at };
    }
    throw new Error("unreachable: the last step returns");
  } finally {
    socket.end("QUIT\r\n");
    socket.destroySoon();
  }
}

/** RFC 5321 section 4.5.2. */
function dotStuff(message: string): string {
  return message.replace(/(^|\r\n)\./g, "$1..");
}

function repliesOf(socket: Socket): AsyncIterator<string> {
  return createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
}

async function nextReply(lines: AsyncIterator<string>): Promise<{ readonly code: number; readonly line: string }> {
  for (;;) {
    const { done, value: line } = await lines.next();
    if (done === true) throw new Error("the server closed the connection");
    if (line[3] !== "-") return { code: Number(line.slice(0, 3)), line };
  }
}
