const MAX_LINE_OCTETS = 64 * 1024;

/**
 * What a client says, as octets, line by line. Only CRLF ends a line: where a lone CR or LF did, `\n.\n` would end a message here and
 * not at the next server, and what follows would be mail that nobody judged (RFC 5321 sections 2.3.8 and 4.1.1.4).
 */
export async function* linesOf(socket) {
  let held = Buffer.alloc(0);
  for await (const octets of socket) {
    held = Buffer.concat([held, octets]);
    let start = 0;
    for (let end = held.indexOf("\r\n"); end >= 0; end = held.indexOf("\r\n", start)) {
      yield held.subarray(start, end);
      start = end + 2;
    }
    held = held.subarray(start);
    if (held.length > MAX_LINE_OCTETS) throw new Error("the line is too long");
  }
}

const MAX_MESSAGE_OCTETS = 10 * 1024 * 1024;
const [DOT, CRLF] = [0x2e, Buffer.from("\r\n")];

/** The message up to its dot, the dots that hide others taken off; undefined where the client goes before it has sent all of it. */
export async function readMessage(lines) {
  const parts = [];
  let length = 0;
  for (let next = await lines.next(); !next.done; next = await lines.next()) {
    const line = next.value;
    if (line.length === 1 && line[0] === DOT) return Buffer.concat(parts);
    parts.push(line[0] === DOT ? line.subarray(1) : line, CRLF);
    length += line.length + 2;
    if (length > MAX_MESSAGE_OCTETS) throw new Error("the message is too long");
  }
  return undefined;
}
