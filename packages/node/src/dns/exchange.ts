import { createSocket, type RemoteInfo } from "node:dgram";
import { connect } from "node:net";
import { type Query, type Reply, readReply } from "./message.js";
import type { NameServer } from "./name-server.js";

/** Datagrams that are no answer to the question, before a try is given up: someone is guessing. */
const MAX_STRAY_DATAGRAMS = 64;

/**
 * Asks a server by UDP, from a socket and so a port of its own. A datagram from another address, or that does not answer
 * the question, is passed over.
 *
 * Rejects with the reason of the signal, an error of the socket (a closed port is one) or too many strays.
 */
export function askByUdp(server: NameServer, query: Query, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const socket = createSocket(server.family === 6 ? "udp6" : "udp4");
    let strays = 0;
    const end = once((act) => {
      signal.removeEventListener("abort", abort);
      socket.close();
      act();
    });
    const fail = (error: unknown) => end(() => reject(error));
    const abort = () => fail(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    socket.on("error", fail);
    socket.once("connect", () => {
      const peer = socket.remoteAddress();
      socket.on("message", (bytes, from) => {
        const reply = isPeer(peer, from) ? readReply(bytes, query) : undefined;
        if (reply !== undefined) return end(() => resolve(reply));
        if (++strays > MAX_STRAY_DATAGRAMS) fail(new Error("too many datagrams that answer another question"));
      });
      socket.send(query.bytes, (error) => error && fail(error));
    });
    socket.connect(server.port, server.address);
  });
}

/**
 * Asks a server by TCP, on a connection of its own. Its first message must be the answer.
 *
 * Rejects with the reason of the signal, an error of the connection, its early end, or a message that is no answer.
 */
export function askByTcp(server: NameServer, query: Query, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const socket = connect({ host: server.address, port: server.port, noDelay: true });
    let received = Buffer.alloc(0);
    const end = once((act) => {
      signal.removeEventListener("abort", abort);
      socket.destroy();
      act();
    });
    const fail = (error: unknown) => end(() => reject(error));
    const abort = () => fail(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("closed the connection")));
    socket.on("data", (chunk) => {
      // At most two octets of length and the 65,535 that they can tell.
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const reply = readReply(received.subarray(2, 2 + received.readUInt16BE(0)), query);
      if (reply === undefined || reply.truncated) return fail(new Error("malformed answer"));
      end(() => resolve(reply));
    });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.bytes.length);
    socket.write(Buffer.concat([length, query.bytes]));
  });
}

/** The kernel filters once the socket is connected; a datagram can come between that and its binding. */
function isPeer(peer: { readonly address: string; readonly port: number }, from: RemoteInfo): boolean {
  return peer.address === from.address && peer.port === from.port;
}

/** A socket can fail in several ways at once; only the first counts. */
function once(end: (act: () => void) => void): (act: () => void) => void {
  let ended = false;
  return (act) => {
    if (ended) return;
    ended = true;
    end(act);
  };
}
