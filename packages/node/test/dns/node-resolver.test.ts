import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { nodeResolver } from "@fromguard/node";
import { type Answer, decode, encode } from "dns-packet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** What the stub says to each name: an rcode, answers, or nothing at all. */
const ZONE: Readonly<Record<string, number | readonly Answer[] | "silence">> = {
  "example.com": [
    { type: "MX", name: "example.com", ttl: 60, data: { preference: 20, exchange: "MX2.Example.COM" } },
    { type: "MX", name: "example.com", ttl: 60, data: { preference: 10, exchange: "mx1.example.com" } },
  ],
  "null.example.com": [{ type: "MX", name: "null.example.com", ttl: 60, data: { preference: 0, exchange: "." } }],
  "v4.example.com": [
    { type: "A", name: "v4.example.com", ttl: 90, data: "192.0.2.1" },
    { type: "A", name: "v4.example.com", ttl: 30, data: "192.0.2.2" },
  ],
  "v6.example.com": [{ type: "AAAA", name: "v6.example.com", ttl: 30, data: "2001:db8::1" }],
  "loop.example.com": [{ type: "CNAME", name: "loop.example.com", ttl: 30, data: "loop.example.com" }],
  "nodata.example.com": [],
  "nxdomain.example.com": 3,
  "formerr.example.com": 1,
  "servfail.example.com": 2,
  "refused.example.com": 5,
  "silent.example.com": "silence",
};

let stub: Socket;
let servers: readonly string[];

beforeAll(async () => {
  stub = createSocket("udp4");
  stub.on("message", (message, from) => {
    const query = decode(message);
    const said = ZONE[query.questions?.[0]?.name ?? ""];
    if (said === "silence") return;
    const [rcode, answers] = typeof said === "object" ? [0, [...said]] : [said ?? 3, []];
    const { id, questions = [] } = query;
    stub.send(encode({ type: "response", id, flags: 0x0180 | rcode, questions, answers }), from.port, from.address);
  });
  stub.bind(0, "127.0.0.1");
  await once(stub, "listening");
  servers = [`127.0.0.1:${stub.address().port}`];
});
afterAll(() => new Promise<void>((resolve) => stub.close(() => resolve())));

describe("a resolver on the network", () => {
  test.each([
    [
      "MX hosts are lower-case",
      "mx",
      "example.com",
      {
        kind: "records",
        records: expect.arrayContaining([
          { preference: 10, exchange: "mx1.example.com" },
          { preference: 20, exchange: "mx2.example.com" },
        ]),
      },
    ],
    [
      "a null MX is the empty host",
      "mx",
      "null.example.com",
      { kind: "records", records: [{ preference: 0, exchange: "" }] },
    ],
    [
      "the TTL of addresses is the shortest",
      "a",
      "v4.example.com",
      { kind: "records", records: expect.arrayContaining(["192.0.2.1", "192.0.2.2"]), ttlSeconds: 30 },
    ],
    ["IPv6", "aaaa", "v6.example.com", { kind: "records", records: ["2001:db8::1"], ttlSeconds: 30 }],
    ["NXDOMAIN is none", "mx", "nxdomain.example.com", { kind: "none" }],
    ["NODATA is none", "mx", "nodata.example.com", { kind: "none" }],
    ["NODATA is none for addresses", "aaaa", "nodata.example.com", { kind: "none" }],
    ["an alias to nowhere is none", "a", "loop.example.com", { kind: "none" }],
    [
      "SERVFAIL is failed",
      "mx",
      "servfail.example.com",
      { kind: "failed", cause: expect.stringContaining("SERVFAIL") },
    ],
    ["REFUSED is failed", "a", "refused.example.com", { kind: "failed", cause: expect.stringContaining("REFUSED") }],
    [
      "FORMERR is failed for good",
      "mx",
      "formerr.example.com",
      { kind: "failed", cause: expect.stringContaining("FORMERR"), permanent: true },
    ],
    ["a name that is none is failed", "mx", "a..b", { kind: "failed", cause: expect.stringContaining("BADNAME") }],
  ] as const)("%s", async (_, type, name, expected) => {
    const { signal } = new AbortController();
    expect(await nodeResolver({ servers })[type](name, { signal })).toEqual(expected);
  });

  test("no answer in time is failed", async () => {
    const { signal } = new AbortController();
    expect(await nodeResolver({ servers, timeoutMs: 30 }).mx("silent.example.com", { signal })).toEqual({
      kind: "failed",
      cause: "no answer within 30 ms",
    });
  });

  test("an abort ends the question and no other", async () => {
    const resolver = nodeResolver({ servers });
    const gone = new AbortController();
    const silent = resolver.mx("silent.example.com", { signal: gone.signal });
    const other = resolver.a("v4.example.com", { signal: new AbortController().signal });
    gone.abort();
    expect(await silent).toEqual({ kind: "failed", cause: "aborted" });
    expect(await other).toMatchObject({ kind: "records" });
    expect(await resolver.mx("example.com", { signal: gone.signal })).toEqual({ kind: "failed", cause: "aborted" });
  });

  test.each([
    [
      "a name instead of an address",
      ["ns.example.com"],
      'a name server is given as IP or IP:PORT, not as "ns.example.com"',
    ],
    ["no server", [], "the list of name servers is empty"],
  ])("%s is refused at once", (_, servers, message) => {
    expect(() => nodeResolver({ servers })).toThrow(expect.objectContaining({ code: "FG_CONFIG_INVALID", message }));
  });
});
