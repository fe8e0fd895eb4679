import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";

const MTA = fileURLToPath(new URL("../examples/custom-mta/mta.js", import.meta.url));
const AUTH = `AUTH PLAIN ${btoa("\0ann\0secret")}\r\n`;
const ENVELOPE = "MAIL FROM:<ann@example.com>\r\nRCPT TO:<bob@example.org>\r\n";
const HEADER = "From: ann@example.com\r\n";

/** What examples/custom-mta answers to ann, who says all of it at once and no more, and what it queues. */
async function say(said: string) {
  const { serve } = (await import(/* @vite-ignore */ MTA)) as {
    serve(socket: Socket, queue: (octets: Uint8Array) => void): Promise<void>;
  };
  const queued: string[] = [];
  const server = createServer((socket) => {
    serve(socket, (octets) => queued.push(Buffer.from(octets).toString("latin1"))).catch(() => socket.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  let heard = "";
  client.setEncoding("latin1").on("data", (text) => (heard += text));
  client.end(`EHLO client.example\r\n${AUTH}${said}`, "latin1");
  await once(client, "close");
  const replies = heard.trimEnd().split("\r\n").slice(5);
  return { codes: replies.map((reply) => reply.slice(0, 3)), replies, queued };
}

describe("examples/custom-mta", () => {
  const SECOND = `${ENVELOPE}DATA\r\n${HEADER}\r\nsecond\r\n`;

  it.each(["\n.\n", "\r.\r", "\n.\r\n", "\r.\r\n"])("takes no message that may end at %j elsewhere", async (end) => {
    const { codes, replies, queued } = await say(`${ENVELOPE}DATA\r\n${HEADER}\r\nx${end}${SECOND}.\r\n`);
    expect(codes).toEqual(["250", "250", "354", "550"]);
    expect(replies.at(-1)).toContain("end-of-data sequence");
    expect(queued).toEqual([]);
  });

  it.each(["\r\n.\n", "\r\n.\r"])("ends no message at %j, whose dot is one that hides another", async (end) => {
    const { codes, queued } = await say(`${ENVELOPE}DATA\r\n${HEADER}\r\nx${end}${SECOND}.\r\n`);
    expect(codes).toEqual(["250", "250", "354", "250"]);
    expect(queued).toEqual([`${HEADER}\r\nx${end.replace(".", "")}${SECOND}`]);
  });

  it("shows the guard a lone LF in the header as it came", async () => {
    const { codes, queued } = await say(`${ENVELOPE}DATA\r\n${HEADER}X: y\nFrom: bob@example.com\r\n\r\nx\r\n.\r\n`);
    expect(codes).toEqual(["250", "250", "354", "550"]);
    expect(queued).toEqual([]);
  });

  it("queues nothing of a client that goes in its message", async () => {
    const { codes, queued } = await say(`${ENVELOPE}DATA\r\n${HEADER}\r\nhalf\r\n`);
    expect(codes).toEqual(["250", "250", "354"]);
    expect(queued).toEqual([]);
  });

  it("takes parameters behind the path, and octets and dots of the message as they were meant", async () => {
    const envelope = ENVELOPE.replace("com>", "com> BODY=8BITMIME SIZE=100");
    const { codes, queued } = await say(
      `${envelope}DATA\r\n${HEADER}\r\nna\xefve\r\n..\r\n...x\r\n.\r\n${ENVELOPE}DATA\r\n${HEADER}\r\nsecond\r\n.\r\nQUIT\r\n`,
    );
    expect(codes).toEqual(["250", "250", "354", "250", "250", "250", "354", "250", "221"]);
    expect(queued).toEqual([`${HEADER}\r\nna\xefve\r\n.\r\n..x\r\n`, `${HEADER}\r\nsecond\r\n`]);
  });

  it("takes parameters for no part of an address, quoted brackets neither", async () => {
    const { replies } = await say(
      'MAIL FROM:<bob@example.com> <ann@example.com>\r\nMAIL FROM:<">"@example.com> SIZE=1\r\nMAIL FROM:<ann@example.com>x\r\nDATA\r\n',
    );
    expect(replies.map((reply) => reply.slice(0, 3))).toEqual(["553", "553", "553", "503"]);
    expect(replies[1]).toContain("(>@example.com)");
  });

  it("ends the connection of a client whose line has no end", async () => {
    const { codes, queued } = await say(`${ENVELOPE}DATA\r\n${"x".repeat(100_000)}`);
    expect([codes.slice(0, 3), queued]).toEqual([["250", "250", "354"], []]);
  });
});
