import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** A socket whose octets come and go in memory, so that a test decides which of them come in one turn of the event loop. */
export class MemorySocket extends Duplex {
  /** What was written, a text for each write that reached the system, as latin1. */
  readonly written: string[] = [];

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written.push(chunk.toString("latin1"));
    done();
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this.written.push(Buffer.concat(chunks.map(({ chunk }) => chunk)).toString("latin1"));
    done();
  }

  /** No time passes here. */
  setTimeout(): this {
    return this;
  }

  destroySoon(): void {
    this.end(() => this.destroy());
  }

  /** Octets that come now. */
  come(octets: string | Uint8Array): void {
    this.emit("data", Buffer.from(octets as string, "latin1"));
  }

  get socket(): Socket {
    return this as unknown as Socket;
  }
}

/** The end of this turn of the event loop. */
export function turnEnded(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
