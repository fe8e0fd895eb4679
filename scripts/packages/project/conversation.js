import { once } from "node:events";
import { connect } from "node:net";

/** A connection to a server on loopback; `next` waits until `isWhole` says that its answer is there, and takes it. */
export async function converse(port, isWhole) {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const chunks = socket[Symbol.asyncIterator]();
  return {
    say: (octets) => socket.write(octets),
    next: async () => {
      let answer = Buffer.alloc(0);
      while (!isWhole(answer)) {
        const { done, value } = await chunks.next();
        if (done) throw new Error(`the connection ended after ${JSON.stringify(answer.toString("latin1"))}`);
        answer = Buffer.concat([answer, value]);
      }
      return answer;
    },
    end: () => socket.destroy(),
  };
}

/** The port of an address as listeners tell it. */
export const portOf = (address) => Number(address.slice(address.lastIndexOf(":") + 1));
