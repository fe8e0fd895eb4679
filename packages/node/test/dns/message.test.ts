import { decode, encode } from "dns-packet";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeQuery, readReply } from "../../src/dns/message.js";
import { answerOf } from "../../src/dns/reply-answer.js";

const query = encodeQuery({ id: 0x1234, name: "example.com", type: "MX", edns: true });

const reply = encode({
  type: "response",
  id: query.id,
  flags: 0x0180,
  questions: [{ type: "MX", name: "example.com" }],
  answers: [
    { type: "CNAME", name: "example.com", ttl: 60, data: "a.example.com" },
    { type: "MX", name: "a.example.com", ttl: 60, data: { preference: 10, exchange: "mx.example.com" } },
  ],
  authorities: [{ type: "SOA", name: "com", ttl: 60, data: { mname: "ns.com", rname: "root.com", minimum: 60 } }],
});

describe("messages", () => {
  test("a question wants recursion and tells how much it can take", () => {
    expect(decode(Buffer.from(query.bytes))).toMatchObject({
      type: "query",
      id: 0x1234,
      flag_rd: true,
      questions: [{ type: "MX", name: "example.com", class: "IN" }],
      additionals: [{ type: "OPT", udpPayloadSize: 1232 }],
    });
  });

  test("any octets are read, or passed over", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (octets) => {
        const message = Uint8Array.from([0x12, 0x34, 0x81, 0x80, ...octets]);
        const read = readReply(message, query);
        if (read !== undefined) answerOf(read, "MX", { name: "example.com", aliases: 0 });
      }),
    );
  });

  test("an answer with damaged octets is read, or passed over", () => {
    const damage = fc.array(fc.tuple(fc.nat(reply.length - 1), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(damage, fc.nat(reply.length), (changes, length) => {
        const message = Uint8Array.from(reply.subarray(0, length === 0 ? reply.length : length));
        for (const [at, octet] of changes) if (at < message.length) message[at] = octet;
        const read = readReply(message, query);
        if (read === undefined) return;
        const answer = answerOf(read, "MX", { name: "example.com", aliases: 0 });
        expect(["records", "none", "alias"]).toContain(answer.kind);
      }),
      { numRuns: 1000 },
    );
  });
});
