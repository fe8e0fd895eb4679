import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";

/** What a process has used so far. */
export interface Usage {
  /** User and system. */
  readonly cpuMicros: number;
  /** The most that was resident. */
  readonly peakMegabytes: number;
}

/** A server in a process of its own, and a client that is logged in. */
export class SmtpSubject {
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  #received = "";
  #wake = () => {};

  private constructor(child: ChildProcess, socket: Socket) {
    this.#child = child;
    this.#socket = socket.setNoDelay().setEncoding("latin1");
    socket.on("data", (text) => {
      this.#received += text;
      this.#wake();
    });
  }

  static async start(name: "bare" | "guarded"): Promise<SmtpSubject> {
    const child = fork(fileURLToPath(new URL("smtp-child.js", import.meta.url)), [name]);
    const [{ port }] = (await once(child, "message")) as [{ port: number }];
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const subject = new SmtpSubject(child, socket);
    await subject.#reply();
    await subject.#say("EHLO client.example.com");
    await subject.#say(`AUTH PLAIN ${btoa("\0user1\0secret")}`);
    return subject;
  }

  /** Sends a message some times, one after another. */
  async send(message: Buffer, times: number): Promise<void> {
    for (let sent = 0; sent < times; sent++) {
      await this.#say("MAIL FROM:<user1@example.com>");
      await this.#say("RCPT TO:<bob@example.org>");
      await this.#say("DATA");
      this.#socket.write(message);
      const reply = await this.#reply();
      if (!reply.startsWith("250 ")) throw new Error(reply);
    }
  }

  async usage(): Promise<Usage> {
    this.#child.send("usage");
    const [usage] = (await once(this.#child, "message")) as [Usage];
    return usage;
  }

  async stop(): Promise<void> {
    this.#socket.destroy();
    this.#child.disconnect();
    await once(this.#child, "exit");
  }

  #say(line: string): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    return this.#reply();
  }

  async #reply(): Promise<string> {
    for (;;) {
      const last = /^(?:\d{3}-[^\n]*\n)*(\d{3} [^\n]*)\n/.exec(this.#received);
      if (last !== null) {
        this.#received = this.#received.slice(last[0].length);
        return last[1] ?? "";
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** An honest message of so many octets, as it is sent. */
export function messageOf(octets: number): Buffer {
  const head = "From: User One <user1@example.com>\r\nTo: bob@example.org\r\nSubject: hello\r\n\r\n";
  const end = "\r\n.\r\n";
  return Buffer.concat([
    Buffer.from(head),
    Buffer.alloc(octets - head.length, `${"y".repeat(76)}\r\n`),
    Buffer.from(end),
  ]);
}
