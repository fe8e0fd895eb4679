import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { parseListenAddress } from "@fromguard/node";

/** A connection to a policy listener that stays open, as those of smtpd do; one question at a time. */
export class PolicyConnection {
  readonly #socket: Socket;
  readonly #closed: Promise<undefined>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("utf8");
    socket.on("error", () => undefined);
    this.#closed = new Promise((resolve) => socket.once("close", () => resolve(undefined)));
  }

  static async open(address: string): Promise<PolicyConnection> {
    const parsed = parseListenAddress(address);
    if (parsed.kind === "systemd") throw new Error(`no address to connect to: ${address}`);
    const socket = connect(parsed.kind === "unix" ? { path: parsed.path } : { host: parsed.host, port: parsed.port });
    await once(socket, "connect");
    return new PolicyConnection(socket);
  }

  /** The action of the answer; undefined where the connection was closed instead. */
  async ask(login: string, sender: string): Promise<string | undefined> {
    const answered = (once(this.#socket, "data") as Promise<[string]>).catch(() => undefined);
    this.#socket.write(
      `request=smtpd_access_policy\nprotocol_state=RCPT\nsasl_username=${login}\nsender=${sender}\nrecipient=x@example.com\n\n`,
    );
    const answer = await Promise.race([answered, this.#closed]);
    return answer === undefined ? undefined : /^action=(.*)\n\n$/.exec(answer[0])?.[1];
  }

  close(): void {
    this.#socket.destroy();
  }
}
