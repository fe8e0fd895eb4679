import { connect, type Socket } from "node:net";
import { decodeAnswer, FrameReader } from "../../src/index.js";

/** A client that speaks as an MTA. */
export interface MtaClient {
  readonly socket: Socket;
  /** Answers so far, by kind; a reply by its text. */
  readonly answers: string[];
  send(...frames: Uint8Array[]): void;
  /** Waits until so many answers are there in all. */
  until(count: number): Promise<string[]>;
  /** Waits until the server has closed. */
  closed(): Promise<void>;
}

/** Connects to a listener's address. */
export async function connectMta(address: string): Promise<MtaClient> {
  const socket = address.startsWith("unix:")
    ? connect(address.slice("unix:".length))
    : connect(Number(address.slice(address.lastIndexOf(":") + 1)), "127.0.0.1");
  const answers: string[] = [];
  const reader = new FrameReader();
  let isClosed = false;
  let wake = () => {};
  socket.on("data", (octets) => {
    reader.push(octets, (frame) => {
      const read = decodeAnswer(frame);
      answers.push(!read.ok ? read.fault : read.value.kind === "reply" ? read.value.text : read.value.kind);
    });
    wake();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    isClosed = true;
    wake();
  });
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  const wait = async (isDone: () => boolean) => {
    while (!isDone()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    socket,
    answers,
    send: (...frames) => {
      socket.write(Buffer.concat(frames));
    },
    until: async (count) => {
      await wait(() => answers.length >= count || isClosed);
      return answers;
    },
    closed: () => wait(() => isClosed),
  };
}
