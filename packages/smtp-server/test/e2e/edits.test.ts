import { buffer } from "node:stream/consumers";
import {
  bodyUnambiguous,
  createGuard,
  cure,
  type Edit,
  facts,
  headerOriginatorsOwned,
  loginOwnsEnvelope,
  ownedAddresses,
  pass,
  readHeaderBytes,
  rule,
  stampLogin,
} from "@fromguard/core";
import { afterAll, describe, expect, it } from "vitest";
import type { HooksEvent, MessageStream } from "../../src/index.js";
import { closeAll, serve } from "./server.js";

afterAll(closeAll);

const ownership = ownedAddresses({ ann: ["ann@example.com"], eve: ["eve@example.com"] });
const originators = headerOriginatorsOwned({ ownership });
const curing = [
  loginOwnsEnvelope({ ownership }),
  cure(originators, { ownership, to: "envelope", keepClaim: "X-Original-From", removeSignatures: true }),
  stampLogin({ authservId: "mx.example.com" }),
];
const forged = [
  "Received: from a",
  "DKIM-Signature: v=1",
  "Authentication-Results: mx.example.com; auth=pass smtp.auth=ann",
  "From: Bob <bob@x.example>",
  "To: carol@x.example",
  "",
  ".a line that begins with a dot",
  "From: none of the header",
  "",
];
const stuffed = forged.map((line) => line.replace(/^\./, "..")).join("\r\n");
const cured = [
  "Authentication-Results: mx.example.com; auth=pass smtp.auth=ann",
  "Received: from a",
  'From: "Bob" <ann@example.com>',
  "To: carol@x.example",
  "X-Original-From: Bob <bob@x.example>",
  "",
  ".a line that begins with a dot",
  "From: none of the header",
  "",
].join("\r\n");

const tagging = (edits: readonly Edit[]) => rule("tag", ["envelopeFrom"], () => pass("ok", edits));
const TAG: Edit = { kind: "prepend-header", name: "X-Tag", value: "1" };

describe.concurrent("edits in the stream", () => {
  it("delivers the header as it was cured, the body octet for octet, and the rule passes what comes out", async () => {
    const { delivered, open } = await serve(curing);
    const client = await open("ann");
    expect(await client.send("ann@example.com", stuffed)).toMatch(/^250 /);
    expect(delivered.map(({ octets }) => octets)).toEqual([`${cured}\r\n`]);
    const headers = readHeaderBytes(Buffer.from(cured, "latin1"));
    const again = createGuard({ rules: [originators] });
    expect(await again.check(facts({ login: "ann", headers }))).toMatchObject({ action: "accept", code: "ok" });
  });

  it.each([1, 7])("makes them in a message that comes in pieces of %i", async (size) => {
    const { delivered, open } = await serve(curing);
    const client = await open("ann");
    await client.command("MAIL FROM:<ann@example.com>");
    await client.command("RCPT TO:<bob@example.org>");
    await client.command("DATA");
    for (let at = 0; at < stuffed.length; at += size) {
      client.socket.write(stuffed.slice(at, at + size));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await client.command(".")).toMatch(/^250 /);
    expect(delivered.map(({ octets }) => octets)).toEqual([cured]);
  });

  it("makes them where the body was judged in memory, and in a header without a body", async () => {
    const { delivered, open } = await serve([...curing, bodyUnambiguous({ ownership })]);
    const client = await open("ann");
    expect(await client.send("ann@example.com", stuffed)).toMatch(/^250 /);
    expect(await client.send("ann@example.com", "From: bob@x.example")).toMatch(/^250 /);
    expect(delivered.map(({ octets }) => octets)).toEqual([
      `${cured}\r\n`,
      `${cured.split("\r\n")[0]}\r\nFrom: ann@example.com\r\nX-Original-From: bob@x.example\r\n`,
    ]);
  });

  it("makes those of a rule that needs no header", async () => {
    const { delivered, open } = await serve([tagging([TAG])]);
    const client = await open("ann");
    expect(await client.send("ann@example.com", "A: 1\r\n\r\nhi")).toMatch(/^250 /);
    expect(delivered.map(({ octets }) => octets)).toEqual(["X-Tag: 1\r\nA: 1\r\n\r\nhi\r\n"]);
  });

  it("leaves those of the envelope and quarantine to deliver", async () => {
    const edits: readonly Edit[] = [
      { kind: "change-envelope-from", address: "ann@example.com" },
      { kind: "quarantine", reason: "odd" },
    ];
    const seen: (readonly [string, readonly Edit[]])[] = [];
    const { open } = await serve([tagging(edits)], {
      deliver: async (message, _session, decision) => {
        seen.push([(await buffer(message)).toString("latin1"), decision.edits]);
      },
    });
    expect(await (await open("ann")).send("ann@example.com", "A: 1\r\n\r\nhi")).toMatch(/^250 /);
    expect(seen).toEqual([["A: 1\r\n\r\nhi\r\n", edits]]);
  });

  it("refuses with 550 5.6.0 a header that is too long to be edited", async () => {
    const { delivered, open } = await serve([tagging([TAG])], { maxHeaderBytes: 1000 });
    expect(await (await open("ann")).send("ann@example.com", "X: 1\r\n".repeat(1000))).toMatch(/^550 5\.6\.0 /);
    expect(delivered).toEqual([]);
  });

  it.each([
    ["where the login does not own the target", "eve", "bob@x.example", /^553 5\.7\.1 Sender address/],
    ["from the null reverse-path", "ann", "", /^553 5\.7\.1 The From address is not owned/],
  ])("edits nothing and refuses %s", async (_what, login, sender, reply) => {
    const { delivered, open } = await serve(curing);
    expect(await (await open(login)).send(sender, stuffed)).toMatch(reply);
    expect(delivered).toEqual([]);
  });

  it("delivers nothing of a client that leaves in the body", async () => {
    let tell: (event: HooksEvent) => void = () => undefined;
    const left = new Promise<HooksEvent>((resolve) => {
      tell = (event) => event.kind === "failed" && resolve(event);
    });
    const { delivered, open } = await serve(curing, { onEvent: (event) => tell(event) });
    const client = await open("ann");
    await client.command("MAIL FROM:<ann@example.com>");
    await client.command("RCPT TO:<bob@example.org>");
    await client.command("DATA");
    client.socket.write(stuffed);
    client.socket.end();
    expect(await left).toMatchObject({ stage: "data", cause: { code: "ECONNECTION" } });
    expect(delivered).toEqual([]);
  });

  it("tells deliver of a message over the size of the server, as without edits", async () => {
    const sizes: boolean[] = [];
    const deliver = async (message: MessageStream) => {
      await buffer(message);
      sizes.push(message.sizeExceeded);
      if (message.sizeExceeded) throw Object.assign(new Error("5.3.4 Too large"), { responseCode: 552 });
    };
    const { open } = await serve(curing, { deliver }, { size: 1000 });
    const client = await open("ann");
    expect(await client.send("ann@example.com", stuffed + "x\r\n".repeat(1000))).toBe("552 5.3.4 Too large");
    expect(await client.send("ann@example.com", stuffed)).toMatch(/^250 /);
    expect(sizes).toEqual([true, false]);
  });

  it("holds no more of 16 MB than of 1 MB: a reader that waits makes the client wait", async () => {
    const most: number[] = [];
    let received = 0;
    const deliver = async (message: MessageStream) => {
      let held = 0;
      for await (const chunk of message) {
        received += (chunk as Buffer).length;
        held = Math.max(held, message.readableLength);
        await new Promise((resolve) => setImmediate(resolve));
      }
      most.push(held);
    };
    const { open } = await serve(curing, { deliver });
    const client = await open("ann");
    const block = Buffer.alloc(1_000_000, `${"y".repeat(98)}\r\n`);
    for (const blocks of [1, 16]) {
      const message = Buffer.concat([Buffer.from(stuffed), ...Array<Buffer>(blocks).fill(block)]);
      received = 0;
      expect(await client.send("ann@example.com", message)).toMatch(/^250 /);
      expect(received).toBe(cured.length + blocks * block.length + 2);
    }
    expect(most).toHaveLength(2);
    for (const held of most) expect(held).toBeLessThan(256 * 1024);
  });
});
