import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { PrivatePostfix } from "../../../fromguard/test/peers/postfix.js";

/** What trivial-rewrite says of an address. */
export interface PeerResolution {
  readonly transport: string;
  readonly nexthop: string;
  readonly address: string;
  readonly flags: number;
}

/** Shows what a sender was read as and what it resolved to: `554 5.7.1 <INTERNAL>: Sender address rejected: [RESOLVED]`. */
const SHOW = "/^(.*)$/ REJECT [$1]\n";

/** A real smtpd and trivial-rewrite, asked many addresses at once. */
export class AddressPeer {
  readonly #postfix: PrivatePostfix;

  private constructor(postfix: PrivatePostfix) {
    this.#postfix = postfix;
  }

  static async start(
    mainCf: Readonly<Record<string, string>>,
    files: Readonly<Record<string, string>> = {},
  ): Promise<AddressPeer> {
    const postfix = await PrivatePostfix.start({
      mainCf: {
        ...mainCf,
        smtpd_delay_reject: "no",
        smtpd_sender_restrictions: "check_sender_access pcre:@DIR@/show",
        smtpd_hard_error_limit: "10000000",
        smtpd_soft_error_limit: "10000000",
      },
      smtpds: { main: {} },
      files: { ...files, show: SHOW },
    });
    return new AddressPeer(postfix);
  }

  /** The folder of its main.cf and tables. */
  get folder(): string {
    return this.#postfix.folder;
  }

  /** The reply of smtpd to `MAIL FROM:<TEXT>` for each text. */
  async mailFrom(texts: readonly string[], { smtputf8 }: { readonly smtputf8: boolean }): Promise<readonly string[]> {
    const socket = connect(this.#postfix.port("main"), "127.0.0.1");
    const lines = new Lines(socket, "\r\n");
    await lines.take(1);
    socket.write("EHLO client.example.org\r\n");
    while ((await lines.take(1))[0]?.startsWith("250-") === true);
    const replies: string[] = [];
    for (let from = 0; from < texts.length; from += BURST) {
      const burst = texts.slice(from, from + BURST);
      socket.write(burst.map((text) => `MAIL FROM:<${text}>${smtputf8 ? " SMTPUTF8" : ""}\r\nRSET\r\n`).join(""));
      const answers = await lines.take(burst.length * 2);
      replies.push(...answers.filter((_, index) => index % 2 === 0));
    }
    socket.destroy();
    return replies;
  }

  /** What trivial-rewrite makes of addresses in external form in the `local` context. */
  async rewrite(addresses: readonly string[]): Promise<readonly string[]> {
    const answers = await this.#ask(
      addresses.map((address) => `request\0rewrite\0rule\0local\0address\0${address}\0\0`),
    );
    return answers.map((answer) => answer("address"));
  }

  /** What trivial-rewrite resolves internal addresses to, for a sender in internal form; empty for the null sender. */
  async resolve(addresses: readonly string[], sender: string): Promise<readonly PeerResolution[]> {
    const answers = await this.#ask(
      addresses.map((address) => `request\0resolve\0sender\0${sender}\0address\0${address}\0\0`),
    );
    return answers.map((answer) => ({
      transport: answer("transport"),
      nexthop: answer("nexthop"),
      address: answer("recipient"),
      flags: Number(answer("flags")),
    }));
  }

  async #ask(requests: readonly string[]): Promise<readonly ((name: string) => string)[]> {
    const answers: ((name: string) => string)[] = [];
    for (let from = 0; from < requests.length; from += BURST) {
      const socket = connect(join(this.#postfix.folder, "queue/private/rewrite"));
      const records = new Lines(socket, "\0\0");
      await records.take(1);
      for (const request of requests.slice(from, from + BURST)) {
        socket.write(request);
        const fields = (await records.take(1))[0]?.split("\0") ?? [];
        answers.push((name) => fields[fields.lastIndexOf(name) + 1] ?? "");
      }
      socket.destroy();
    }
    return answers;
  }

  async stop(): Promise<void> {
    await this.#postfix.stop();
  }
}

const BURST = 50;

/** Records of a stream, in order. */
class Lines {
  readonly #socket: Socket;
  readonly #end: string;
  #text = "";

  constructor(socket: Socket, end: string) {
    this.#socket = socket;
    this.#end = end;
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      this.#text += chunk;
    });
  }

  async take(count: number): Promise<readonly string[]> {
    let parts = this.#text.split(this.#end);
    while (parts.length <= count) {
      await once(this.#socket, "data");
      parts = this.#text.split(this.#end);
    }
    this.#text = parts.slice(count).join(this.#end);
    return parts.slice(0, count);
  }
}
