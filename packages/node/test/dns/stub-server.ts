import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { type DecodedPacket, decode, encode, type Packet } from "dns-packet";

/** A question that reached the stub. */
interface Asked {
  readonly via: "udp" | "tcp";
  readonly name: string;
  readonly type: string;
  readonly edns: boolean;
}

/** Sends octets back to the one who asked; by TCP they get their length in front. */
type Send = (message: Uint8Array) => void;

/** How a stub answers a question; a packet is completed with the question and its id. */
export type Respond = (query: DecodedPacket, asked: Asked, send: Send, from: RemoteInfo | Socket) => void;

/** A name server on loopback, by UDP and TCP on the same port. */
export interface StubServer {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

/** Starts a stub on a free port. */
export async function stubServer(respond: Respond): Promise<StubServer> {
  const asked: Asked[] = [];
  const handle = (message: Buffer, via: Asked["via"], send: Send, from: RemoteInfo | Socket) => {
    const query = decode(message);
    const [{ name, type } = { name: "", type: "" }] = query.questions ?? [];
    const edns = (query.additionals ?? []).some((record) => record.type === "OPT");
    const question = { via, name, type, edns };
    asked.push(question);
    respond(query, question, send, from);
  };
  const connections = new Set<Socket>();
  const tcp = createServer((connection) => {
    connections.add(connection);
    connection.on("error", () => connection.destroy());
    connection.on("data", (data) => {
      const send: Send = (message) => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(message.length);
        // Octet by octet at the start: an answer arrives in pieces.
        connection.write(length.subarray(0, 1));
        connection.write(Buffer.concat([length.subarray(1), message]));
      };
      handle(data.subarray(2), "tcp", send, connection);
    });
  });
  tcp.listen(0, "127.0.0.1");
  await once(tcp, "listening");
  const { port } = tcp.address() as { port: number };
  const udp = createSocket("udp4");
  udp.on("message", (message, from) =>
    handle(message, "udp", (bytes) => udp.send(bytes, from.port, from.address), from),
  );
  udp.bind(port, "127.0.0.1");
  await once(udp, "listening");
  return {
    address: `127.0.0.1:${port}`,
    asked,
    async close() {
      for (const connection of connections) connection.destroy();
      tcp.close();
      udp.close();
      await Promise.all([once(tcp, "close"), once(udp, "close")]);
    },
  };
}

/** The answer to a question, recursion available; `over` replaces any part. */
export function answerTo(query: DecodedPacket, rcode: number, over: Packet = {}): Uint8Array {
  const { id = 0, questions = [] } = query;
  return encode({ type: "response", id, flags: 0x0180 | rcode, questions, ...over });
}
