import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A client that sends what it is told, octet for octet, and returns each reply as one line. */
export class RawClient {
  #buffer = "";
  readonly #replies: string[] = [];
  #waiting: ((reply: string) => void) | undefined;

  private constructor(readonly socket: Socket) {
    socket
      .setNoDelay()
      .setEncoding("latin1")
      .on("data", (chunk: string) => this.#take(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => this.#reply("closed"));
  }

  /** Connects, greets and, where a user is given, logs in. */
  static async open(port: number, user?: string): Promise<RawClient> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const client = new RawClient(socket);
    await client.reply();
    await client.command("EHLO client.test");
    if (user !== undefined) await client.login(user);
    return client;
  }

  login(user: string): Promise<string> {
    return this.command(`AUTH PLAIN ${Buffer.from(`\0${user}\0secret`).toString("base64")}`);
  }

  reply(): Promise<string> {
    const ready = this.#replies.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  command(line: string): Promise<string> {
    this.socket.write(`${line}\r\n`, "latin1");
    return this.reply();
  }

  /** MAIL, RCPT, DATA and the message; the last reply. */
  async send(sender: string, message: string | Buffer, recipient = "bob@example.org"): Promise<string> {
    const mail = await this.command(`MAIL FROM:<${sender}>`);
    if (!mail.startsWith("250")) return mail;
    await this.command(`RCPT TO:<${recipient}>`);
    await this.command("DATA");
    this.socket.write(message);
    return this.command("\r\n.");
  }

  close(): void {
    this.socket.destroy();
  }

  #take(chunk: string): void {
    this.#buffer += chunk;
    const lines = this.#buffer.split("\r\n");
    this.#buffer = lines.pop() ?? "";
    for (const line of lines) if (line[3] !== "-") this.#reply(line);
  }

  #reply(reply: string): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#replies.push(reply);
    else waiting(reply);
  }
}
