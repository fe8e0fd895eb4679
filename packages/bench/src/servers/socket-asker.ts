import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Asker, Said, ServerAddress } from "./question.js";

/** A whole answer. */
export interface Answered {
  readonly said: Said;
  /** The server takes no more questions on this connection: the next is asked on another. */
  readonly isLast?: boolean;
}

/**
 * Asks over one connection at a time, the next question when the last is answered.
 *
 * @param read Reads what has come, as latin1; undefined as long as the answer is not whole
 */
export async function socketAsker(
  address: ServerAddress,
  read: (come: string) => Answered | undefined,
): Promise<Asker<Buffer>> {
  let held = "";
  let done: ((said: Said, waits: number) => void) | undefined;
  const answered = (said: Said) => {
    const call = done;
    done = undefined;
    held = "";
    call?.(said, 1);
  };
  const open = (): Socket => {
    const socket = connect({ ...address, ...("port" in address ? { host: "127.0.0.1", noDelay: true } : {}) });
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      held += chunk;
      const answer = read(held);
      if (answer === undefined) return;
      if (answer.isLast) {
        socket.destroy();
        current = undefined;
      }
      answered(answer.said);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (current === socket) answered("neither");
    });
    return socket;
  };
  let current: Socket | undefined = open();
  await once(current, "connect");
  return {
    get isOpen() {
      return current?.destroyed !== true;
    },
    ask: (payload, call) => {
      done = call;
      current ??= open();
      current.write(payload);
    },
    close: () => current?.destroy(),
  };
}
