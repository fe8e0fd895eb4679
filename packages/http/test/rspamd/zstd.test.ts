import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decompress, MAX_WINDOW_BYTES } from "../../src/rspamd/zstd.js";

/** A frame of raw blocks, as an encoder makes of what does not compress. */
function frame(
  blocks: readonly Uint8Array[],
  { descriptor = 0x00, window = 0x00, size = [] as readonly number[], trailer = [] as readonly number[] } = {},
): Uint8Array {
  const parts: number[] = [0x28, 0xb5, 0x2f, 0xfd, descriptor];
  if ((descriptor & 0x20) === 0) parts.push(window);
  parts.push(...size);
  blocks.forEach((block, index) => {
    const header = (block.length << 3) | (index === blocks.length - 1 ? 1 : 0);
    parts.push(header & 0xff, (header >> 8) & 0xff, (header >> 16) & 0xff, ...block);
  });
  return Uint8Array.from([...parts, ...trailer]);
}

const octets = (text: string) => new TextEncoder().encode(text);

describe("zstd", () => {
  it("gives what was compressed, of several frames all of it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 3 }), {
          minLength: 1,
          maxLength: 3,
        }),
        (frames) => {
          const sent = frames.flatMap((blocks) => [...frame(blocks)]);
          const whole = frames.flat().flatMap((block) => [...block]);
          const read = decompress(Uint8Array.from(sent), 4096);
          expect(read.ok && [...read.octets]).toEqual(whole);
        },
      ),
    );
  });

  it("reads what the zstd command makes", () => {
    const made = Buffer.from("KLUv/QRoFQEA0EZyb206IGFAYi50ZXN0DQoNCmhlbGxvIA0KAQD8m7+MAbWF60s=", "base64");
    const read = decompress(made, 4096);
    expect(read.ok && new TextDecoder().decode(read.octets)).toBe(`From: a@b.test\r\n\r\n${"hello ".repeat(300)}\r\n`);
  });

  it("takes no more than the limit", () => {
    expect(decompress(frame([octets("x".repeat(100))]), 100)).toMatchObject({ ok: true });
    expect(decompress(frame([octets("x".repeat(101))]), 100)).toEqual({ ok: false, fault: "over-limit" });
    const announced = frame([octets("x")], { descriptor: 0xa0, size: [0xff, 0xff, 0xff, 0x7f] });
    expect(decompress(announced, 100)).toEqual({ ok: false, fault: "over-limit" });
    // One repeated octet: 2 MiB of 11.
    const bomb = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0x03, 0x00, 0x10, 0x41]);
    expect(decompress(bomb, 100)).toMatchObject({ ok: false });
  });

  it("allocates no window over the limit", () => {
    expect(decompress(frame([octets("x")], { window: 13 << 3 }), 100)).toMatchObject({ ok: true });
    expect(2 ** (10 + 13)).toBe(MAX_WINDOW_BYTES);
    expect(decompress(frame([octets("x")], { window: (13 << 3) | 1 }), 100)).toEqual({
      ok: false,
      fault: "over-limit",
    });
    expect(decompress(frame([octets("x")], { window: 21 << 3 }), 100)).toEqual({ ok: false, fault: "over-limit" });
  });

  it.each<readonly [what: string, sent: Uint8Array]>([
    ["nothing", new Uint8Array()],
    ["no zstd", octets("From: a@b.test\r\n\r\n")],
    ["a dictionary", frame([octets("x")], { descriptor: 0x01, size: [7] })],
    ["a reserved bit", frame([octets("x")], { descriptor: 0x08 })],
    ["something behind the frame", Uint8Array.from([...frame([octets("x")]), 0])],
    ["a checksum that is not there", frame([octets("x")], { descriptor: 0x04 })],
    ["a reserved block", Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x00, 0x07, 0x00, 0x00])],
  ])("refuses %s", (_what, sent) => {
    expect(decompress(sent, 100)).toMatchObject({ ok: false, fault: "malformed" });
  });

  it("refuses whatever is cut off, so that no half of a message is judged for the whole", () => {
    const whole = frame([octets("From: a@b.test\r\n"), octets("\r\nhi\r\n")], {
      descriptor: 0x04,
      trailer: [1, 2, 3, 4],
    });
    for (let length = 0; length < whole.length; length++)
      expect(decompress(whole.subarray(0, length), 100).ok, `${length} octets`).toBe(false);
  });

  it("never throws, and never gives more than the limit", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (rest, isFrame) => {
        const sent = isFrame ? Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, ...rest]) : rest;
        const read = decompress(sent, 50);
        expect(read.ok ? read.octets.length : 0).toBeLessThanOrEqual(50);
      }),
    );
  });
});
