import { createSocket } from "node:dgram";
import { once } from "node:events";
import { onTestFinished } from "vitest";

/** A name server that keeps every question until it is told to answer that there is no such name. */
export async function slowNameServer() {
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  let answer: () => void = () => undefined;
  const told = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const asked = new Promise<void>((resolve) => {
    socket.on("message", (question, { port, address }) => {
      const [QR, NXDOMAIN] = [0x80, 3];
      question[2] = (question[2] ?? 0) | QR;
      question[3] = NXDOMAIN;
      void told.then(() => socket.send(question, port, address));
      resolve();
    });
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { port: socket.address().port, asked, answer };
}
