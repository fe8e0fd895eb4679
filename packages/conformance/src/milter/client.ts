import { connect, type Socket } from "node:net";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";

/** How long a server may take to close or to answer, in milliseconds. */
export const PATIENCE_MS = 2_000;

/** How long nothing more may come before an answer counts as the last, in milliseconds. */
const QUIET_MS = 50;

/** How long answers are left unread where the connection must survive it, in milliseconds. */
const UNREAD_MS = 50;

/** One side of a milter connection: writes octets, collects answers. */
export class Client {
  readonly #socket: Socket;
  readonly #read: Uint8Array[] = [];
  #length = 0;
  #closed = false;
  #wake = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (octets) => {
      this.#read.push(octets);
      this.#length += octets.length;
      this.#wake();
    });
    const close = () => {
      this.#closed = true;
      this.#wake();
    };
    socket.on("end", close);
    socket.on("close", close);
    socket.on("error", close); // a reset is a close
  }

  static async connect(port: number): Promise<Client> {
    const socket = connect({ port, host: "127.0.0.1" });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new Client(socket);
  }

  /** Everything that was answered so far. */
  get answers(): Uint8Array {
    return Buffer.concat(this.#read);
  }

  /** Whether the server has closed. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Writes each piece by itself; with `unread`, reads nothing until a while later. Stops where the server has closed. */
  async write(pieces: readonly Uint8Array[], { unread = false }: { readonly unread?: boolean } = {}): Promise<void> {
    if (unread) this.#socket.pause();
    for (const piece of pieces) {
      if (this.#closed) break;
      this.#socket.write(piece);
      await turn();
    }
    if (unread) {
      await delay(UNREAD_MS);
      this.#socket.resume();
    }
  }

  /** Waits until so many octets are there, or the server closes, or patience ends. */
  async receive(octets: number): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!this.#closed && this.#length < octets && Date.now() < deadline) await this.#news(deadline - Date.now());
  }

  /** Waits until nothing more comes, or the server closes. */
  async quiet(): Promise<void> {
    for (let seen = -1; !this.#closed && seen !== this.#length; ) {
      seen = this.#length;
      await this.#news(QUIET_MS);
    }
  }

  /** Waits until the server closes, or patience ends. */
  async closed(): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!this.#closed && Date.now() < deadline) await this.#news(deadline - Date.now());
  }

  /** Says that nothing more comes. */
  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #news(withinMs: number): Promise<void> {
    const timeout = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([woken, delay(withinMs, undefined, { signal: timeout.signal }).catch(() => {})]);
    timeout.abort();
  }
}
