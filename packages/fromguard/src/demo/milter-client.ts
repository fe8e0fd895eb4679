import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** What an MTA tells a milter of one message. */
export interface MilterQuestion {
  readonly login: string;
  /** In brackets, as MAIL FROM has it. */
  readonly mailFrom: string;
  readonly recipient: string;
  /** The message with CRLF line ends; each character is one octet. */
  readonly message: string;
}

const VERSION = 6;
const ALL_ACTIONS = 0x1ff;
/** SMFIP_HDR_LEADSPC alone: every step is sent and answered, and header values keep the blank behind the colon. */
const PROTOCOL = 0x100000;

/**
 * Asks a milter on the loopback address about one message, as an MTA does; answers the reply that the MTA would send, such
 * as `553 5.7.1 text`, or `accept`.
 *
 * @see spec of libmilter, mfdef.h, for the letters of commands and answers
 */
export async function askMilter(address: string, question: MilterQuestion): Promise<string> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const socket = connect({ host: hostname, port: Number(port) });
  const frames = framesOf(socket);
  try {
    await once(socket, "connect");
    socket.write(frame("O", uint32(VERSION), uint32(ALL_ACTIONS), uint32(PROTOCOL)));
    await frames.next();
    for (const step of stepsOf(question)) {
      socket.write(step);
      const verdict = await verdictOf(frames);
      if (verdict !== "continue") return verdict;
    }
    return "accept";
  } finally {
    socket.end(frame("Q"));
    socket.destroySoon();
  }
}

/** Everything from the connection to the end of the message; macros go with the step that they belong to. */
function* stepsOf({ login, mailFrom, recipient, message }: MilterQuestion): Generator<Buffer> {
  const [header = "", body = ""] = splitAt(message, "\r\n\r\n");
  yield frame("C", "localhost\0", "4", Buffer.from([0, 0]), "127.0.0.1\0");
  yield frame("H", "client.example.com\0");
  const macros = frame("D", "M", `{auth_type}\0PLAIN\0{auth_authen}\0${login}\0`);
  yield Buffer.concat([macros, frame("M", `${mailFrom}\0`)]);
  yield frame("R", `<${recipient}>\0`);
  yield frame("T");
  for (const field of header.split(/\r\n(?![ \t])/)) {
    const [name = "", value = ""] = splitAt(field, ":");
    yield frame("L", `${name}\0${value.replaceAll("\r\n", "\n")}\0`);
  }
  yield frame("N");
  yield frame("B", body);
  yield frame("E");
}

/** The next answer that decides; changes of the message, which come before it at the end, are passed over. */
async function verdictOf(frames: AsyncIterator<Buffer>): Promise<string> {
  for (;;) {
    const { done, value } = await frames.next();
    if (done === true) return "the milter closed the connection";
    switch (String.fromCharCode(value[0] ?? 0)) {
      case "c":
        return "continue";
      case "a":
        return "accept";
      case "r":
        return "550 5.7.1 Command rejected";
      case "t":
        return "451 4.7.1 Service unavailable - try again later";
      case "y":
        return value.subarray(1, -1).toString("latin1");
    }
  }
}

async function* framesOf(socket: Socket): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  for await (const chunk of socket) {
    held = Buffer.concat([held, chunk as Buffer]);
    while (held.length >= 4 && held.length >= 4 + held.readUInt32BE(0)) {
      const end = 4 + held.readUInt32BE(0);
      yield held.subarray(4, end);
      held = held.subarray(end);
    }
  }
}

function frame(command: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const data = Buffer.concat(
    [command, ...parts].map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)),
  );
  return Buffer.concat([uint32(data.length), data]);
}

function uint32(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}

function splitAt(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
