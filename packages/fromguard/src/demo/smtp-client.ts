import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** One message as a mail program submits it, byte for byte. */
interface Submission {
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
  readonly at: "MAIL" | "RCPT" | "DATA" | "end of data";
}

/** A connection on which a user is logged in. */
export interface SmtpClient {
  /** Submits one message; answers the first refusal, or the reply to the end of data. */
  send(mail: Submission): Promise<SmtpReply>;
  quit(): Promise<void>;
}

/**
 * Logs in at a submission server on the loopback address.
 *
 * Speaks SMTP itself, since a mail library mends or refuses the forgeries that are to be sent.
 */
export async function logIn(port: number, login: string, password: string): Promise<SmtpClient> {
  const socket = connect({ host: "127.0.0.1", port });
  const replies = repliesOf(socket);
  const say = async (line: string) => {
    socket.write(`${line}\r\n`, "latin1");
    return await nextReply(replies);
  };
  const must = async (reply: Promise<{ readonly code: number; readonly line: string }>) => {
    const { code, line } = await reply;
    if (code < 400) return;
    socket.destroy();
    throw new Error(`the submission server answered ${line}`);
  };
  await once(socket, "connect");
  await must(nextReply(replies));
  await must(say("EHLO client.example.com"));
  await must(say(`AUTH PLAIN ${Buffer.from(`\0${login}\0${password}`).toString("base64")}`));
  return {
    send: async ({ mailFrom, recipient, message }) => {
      const steps: readonly (readonly [SmtpReply["at"], string])[] = [
        ["MAIL", `MAIL FROM:${mailFrom}`],
        ["RCPT", `RCPT TO:<${recipient}>`],
        ["DATA", "DATA"],
      ];
      for (const [at, line] of steps) {
        const reply = await say(line);
        if (reply.code < 400) continue;
        await must(say("RSET"));
        return { ...reply, at };
      }
      return { ...(await say(`${dotStuff(message)}.`)), at: "end of data" };
    },
    quit: async () => {
      await say("QUIT");
      socket.destroySoon();
    },
  };
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
