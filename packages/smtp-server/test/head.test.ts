import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { expect, it } from "vitest";
import { readHead, replaceHead } from "../src/head.js";

/** A message as it comes from the host, cut at the given places. */
function streamOf(message: string, cuts: readonly number[] = []) {
  const stream = Object.assign(new PassThrough(), { byteLength: 0, sizeExceeded: false });
  const places = [...new Set(cuts.map((cut) => cut % (message.length + 1)))].sort((a, b) => a - b);
  const edges = [0, ...places, message.length];
  const chunks = edges.slice(1).map((edge, index) => message.slice(edges[index], edge));
  const write = (index: number) => {
    const chunk = chunks[index];
    if (chunk === undefined) return void stream.end();
    stream.write(chunk, "latin1");
    setImmediate(write, index + 1);
  };
  write(0);
  return stream;
}

const pieces = fc.array(fc.constantFrom("From: a@b\r\n", "\r\n", "\n", "\r", "x", " "), { maxLength: 12 });
const octets = (maxLength: number) =>
  fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes).toString("latin1"));
const cuts = fc.array(fc.nat(100), { maxLength: 6 });

it("reads up to CRLF CRLF however the message is cut, and gives all of it back", async () => {
  await fc.assert(
    fc.asyncProperty(pieces, cuts, fc.nat(60), async (parts, at, maxBytes) => {
      const message = parts.join("");
      const stream = streamOf(message, at);
      const head = await readHead(stream, "header", maxBytes);
      const end = `\r\n${message}`.indexOf("\r\n\r\n") + 2;
      const size = end >= 2 ? end : message.length;
      if (size > maxBytes) expect(head).toEqual({ kind: "too-long", bytes: Buffer.from(message.slice(0, maxBytes)) });
      else if (end >= 2) expect(head).toEqual({ kind: "header", bytes: Buffer.from(message.slice(0, end)) });
      else expect(head).toEqual({ kind: "whole", bytes: Buffer.from(message) });
      expect(head.kind === "whole" ? message : (await buffer(stream)).toString("latin1")).toBe(message);
    }),
    { numRuns: 200 },
  );
});

it("reads to the end of the message where the body is wanted", async () => {
  const message = "From: a@b\r\n\r\nhello\r\n";
  expect(await readHead(streamOf(message, [3, 12]), "end", message.length)).toEqual({
    kind: "whole",
    bytes: Buffer.from(message),
  });
  expect(await readHead(streamOf(message), "end", message.length - 1)).toMatchObject({ kind: "too-long" });
});

it.each([
  ["before it is read", true],
  ["while it is read", false],
])("tells of a client that leaves %s", async (_what, before) => {
  const stream = Object.assign(new PassThrough(), { byteLength: 0, sizeExceeded: false });
  if (before) stream.destroy();
  const head = readHead(stream, "header", 100);
  stream.destroy();
  expect(await head).toEqual({ kind: "gone" });
});

it("leaves the rest of a stream to wait for its reader", async () => {
  const stream = streamOf("From: a@b\r\n\r\nhello\r\n");
  await readHead(stream, "header", 100);
  await new Promise((resolve) => setImmediate(resolve));
  expect(stream.readableFlowing).toBeNull();
  expect((await buffer(stream)).toString()).toBe("From: a@b\r\n\r\nhello\r\n");
});

it("puts another head in the place of the one that was read, however the message is cut", async () => {
  await fc.assert(
    fc.asyncProperty(octets(40), cuts, octets(80), async (body, at, other) => {
      const stream = streamOf(`From: a@b\r\n\r\n${body}`, at);
      const head = await readHead(stream, "header", 100);
      expect(head.kind).toBe("header");
      await new Promise((resolve) => setImmediate(resolve));
      replaceHead(stream, "From: a@b\r\n\r\n".length, Buffer.from(other, "latin1"));
      expect((await buffer(stream)).toString("latin1")).toBe(`${other}${body}`);
    }),
    { numRuns: 200 },
  );
});

it("has no head to replace where the client left", async () => {
  const stream = Object.assign(new PassThrough(), { byteLength: 0, sizeExceeded: false });
  stream.destroy();
  expect(() => replaceHead(stream, 1, new Uint8Array(0))).toThrow("no longer");
});
