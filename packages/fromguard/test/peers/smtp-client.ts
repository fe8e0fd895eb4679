import { connect, type Socket } from "node:net";

/** One reply: its code and every line of it. */
interface SmtpReply {
  readonly code: number;
  readonly text: string;
}

/** What one attempt to send came to: the reply that ended it, and the command that got it. */
export interface SendResult extends SmtpReply {
  readonly stage: "CONNECT" | "EHLO" | "AUTH" | "MAIL" | "RCPT" | "DATA" | "END";
}

/** What to send; octets of `message` are latin1 and go out as they are, but for dot-stuffing. */
export interface Submission {
  readonly port: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Becomes the SASL login, through XCLIENT. */
  readonly xclientLogin?: string;
  /** A real AUTH PLAIN. */
  readonly auth?: { readonly user: string; readonly password: string };
  /** With brackets, as on the wire; parameters may follow. */
  readonly mailFrom: string;
  readonly recipients?: readonly string[];
  readonly message: string;
}

/** Sends one message over SMTP, octet for octet, and tells the reply that ended the attempt. */
export async function submit(submission: Submission): Promise<SendResult> {
  const client = await SmtpClient.open(submission.port, submission.host);
  try {
    return await dialogue(client, submission);
  } finally {
    client.close();
  }
}

async function dialogue(client: SmtpClient, submission: Submission): Promise<SendResult> {
  const { xclientLogin, auth, mailFrom, recipients = ["<rcpt@partner.test>"], message } = submission;
  const banner = await client.reply();
  if (banner.code !== 220) return { stage: "CONNECT", ...banner };
  let reply = await client.command("EHLO client.example.org");
  if (xclientLogin !== undefined) {
    reply = await client.command(`XCLIENT ADDR=198.51.100.7 NAME=client.example.org LOGIN=${xtext(xclientLogin)}`);
    if (reply.code !== 220) return { stage: "AUTH", ...reply };
    reply = await client.command("EHLO client.example.org");
  }
  if (reply.code !== 250) return { stage: "EHLO", ...reply };
  if (auth !== undefined) {
    reply = await client.command(`AUTH PLAIN ${Buffer.from(`\0${auth.user}\0${auth.password}`).toString("base64")}`);
    if (reply.code !== 235) return { stage: "AUTH", ...reply };
  }
  reply = await client.command(`MAIL FROM:${mailFrom}`);
  if (reply.code !== 250) return { stage: "MAIL", ...reply };
  for (const recipient of recipients) {
    reply = await client.command(`RCPT TO:${recipient}`);
    if (reply.code !== 250) return { stage: "RCPT", ...reply };
  }
  reply = await client.command("DATA");
  if (reply.code !== 354) return { stage: "DATA", ...reply };
  reply = await client.command(`${message.replace(/^\./gm, "..")}${message.endsWith("\r\n") ? "" : "\r\n"}.`);
  return { stage: "END", ...reply };
}

/** As XCLIENT takes values. */
export function xtext(text: string): string {
  return Array.from(Buffer.from(text), (octet) =>
    octet > 0x20 && octet < 0x7f && octet !== 0x2b && octet !== 0x3d
      ? String.fromCharCode(octet)
      : `+${octet.toString(16).toUpperCase().padStart(2, "0")}`,
  ).join("");
}

const REPLY = /^(?:\d{3}-[^\n]*\n)*(\d{3})(?: [^\n]*)?\n/;

/** One SMTP session, one command at a time; octets are latin1. */
export class SmtpClient {
  readonly #socket: Socket;
  #received = "";
  #closed = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (chunk) => {
      this.#received += chunk;
      this.#wake();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#closed = true;
      this.#wake();
    });
  }

  static open(port: number, host = "127.0.0.1"): Promise<SmtpClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host);
      socket.once("error", reject);
      socket.once("connect", () => resolve(new SmtpClient(socket)));
    });
  }

  command(line: string): Promise<SmtpReply> {
    this.#socket.write(`${line}\r\n`, "latin1");
    return this.reply();
  }

  async reply(): Promise<SmtpReply> {
    for (;;) {
      const match = REPLY.exec(this.#received);
      if (match !== null) {
        this.#received = this.#received.slice(match[0].length);
        return { code: Number(match[1]), text: match[0].replace(/\r?\n$/, "") };
      }
      if (this.#closed) throw new Error(`connection closed in a reply: ${JSON.stringify(this.#received)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
