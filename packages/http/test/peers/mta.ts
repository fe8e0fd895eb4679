import { once } from "node:events";
import { connect } from "node:net";

/** What stands in an answer of a milter, in words. */
function described(frame: Buffer): string {
  const texts = (from: number) => frame.toString("latin1", from).split("\0").slice(0, -1).join(" ");
  switch (String.fromCharCode(frame[0] ?? 0)) {
    case "a":
      return "accept";
    case "t":
      return "tempfail";
    case "r":
      return "reject";
    case "y":
      return texts(1);
    case "h":
      return `add ${texts(1)}`;
    case "m":
      return `change ${frame.readUInt32BE(1)} ${texts(5)}`.trim();
    case "e":
      return `from ${texts(1)}`;
    default:
      return "";
  }
}

/**
 * Tells a milter of one message as an MTA does that needs no answer but the last, as Rspamd's negotiates; gives the changes, then the
 * verdict.
 */
export async function askAsMta(
  port: number,
  login: string,
  mailFrom: string,
  fields: readonly (readonly [string, string])[],
) {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(frame("O", uint32(6), uint32(0x1ff), uint32(0x1fffff)));
  socket.write(frame("C", "client.example\0", "4", Buffer.from([0xc8, 0x22]), "192.0.2.7\0"));
  socket.write(frame("H", "client.example\0"));
  socket.write(frame("D", "M", `i\x004ABC\0{auth_authen}\0${login}\0`));
  socket.write(frame("M", `${mailFrom}\0`));
  socket.write(frame("R", "<bob@example.org>\0"));
  socket.write(frame("T"));
  for (const [name, value] of fields) socket.write(frame("L", `${name}\0${value}\0`));
  socket.write(frame("N"));
  socket.write(frame("B", "hi\r\n"));
  socket.write(frame("E"));
  const said: string[] = [];
  let held = Buffer.alloc(0);
  for await (const chunk of socket) {
    held = Buffer.concat([held, chunk as Buffer]);
    while (held.length >= 4 && held.length >= 4 + held.readUInt32BE(0)) {
      const end = 4 + held.readUInt32BE(0);
      const answer = held.subarray(4, end);
      held = held.subarray(end);
      const words = described(answer);
      if (words !== "") said.push(words);
      if (/^[atry]$/.test(String.fromCharCode(answer[0] ?? 0))) {
        socket.destroy();
        return said;
      }
    }
  }
  return said;
}

function frame(command: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const data = Buffer.concat([command, ...parts].map((part) => Buffer.from(part as string, "latin1")));
  return Buffer.concat([uint32(data.length), data]);
}

function uint32(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}
