import { createSocket } from "node:dgram";
import { once } from "node:events";

/** Where a resolv.conf, which names no ports, can find it. */
export const NAME_SERVER = "127.0.0.153";
const PORT = 53;
const HEADER = 12;
const TYPE_MX = 15;
const MX_ANSWER = Buffer.from([0xc0, HEADER, 0, TYPE_MX, 0, 1, 0, 1, 0x51, 0x80, 0, 4, 0, 10, 0xc0, HEADER]);
const ANSWER = 0x8180;
const NXDOMAIN = 3;

/** A name server for which each domain is its own mail server, and nothing else exists. Undefined where the port is not free. */
export async function openNameServer(): Promise<(() => Promise<void>) | undefined> {
  const socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    const reply = replyTo(query);
    if (reply !== undefined) socket.send(reply, port, address);
  });
  try {
    socket.bind(PORT, NAME_SERVER);
    await once(socket, "listening");
  } catch {
    return undefined;
  }
  return async () => {
    const closed = once(socket, "close");
    socket.close();
    await closed;
  };
}

/** @see RFC 1035 section 4.1 */
function replyTo(query: Buffer): Buffer | undefined {
  const nameEnd = query.indexOf(0, HEADER);
  const end = nameEnd + 5;
  if (nameEnd < 0 || end > query.length) return undefined;
  const isMx = query.readUInt16BE(nameEnd + 1) === TYPE_MX;
  const head = Buffer.alloc(HEADER);
  head.writeUInt16BE(query.readUInt16BE(0), 0);
  head.writeUInt16BE(isMx ? ANSWER : ANSWER | NXDOMAIN, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(isMx ? 1 : 0, 6);
  return Buffer.concat([head, query.subarray(HEADER, end), ...(isMx ? [MX_ANSWER] : [])]);
}
