import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { cachedResolver } from "@fromguard/core";
import { type WireResolverOptions, wireResolver } from "@fromguard/node";
import type { Answer, DecodedPacket, Packet } from "dns-packet";
import { afterEach, describe, expect, test, vi } from "vitest";
import { answerTo, type Respond, type StubServer, stubServer } from "./stub-server.js";

const TRUNCATED = 0x0380;

const a = (name: string, data = "192.0.2.1", ttl = 60): Answer => ({ type: "A", name, ttl, data });
const cname = (name: string, data: string, ttl = 60): Answer => ({ type: "CNAME", name, ttl, data });
const mx = (name: string, exchange: string, preference = 10): Answer => ({
  type: "MX",
  name,
  ttl: 60,
  data: { preference, exchange },
});
const soa = (name: string, ttl: number, minimum: number): Answer => ({
  type: "SOA",
  name,
  ttl,
  data: { mname: "ns.test", rname: "root.test", serial: 1, refresh: 1, retry: 1, expire: 1, minimum },
});
const chain = (length: number) => Array.from({ length }, (_, at) => cname(`c${at}.test`, `c${at + 1}.test`));

/** What the stub says of a name: a response code, and sections. */
const ZONE: Readonly<Record<string, readonly [rcode: number, sections?: Packet]>> = {
  "mail.test": [0, { answers: [mx("mail.test", "MX2.Mail.Test", 20), mx("mail.test", "mx1.mail.test")] }],
  "null.test": [0, { answers: [mx("null.test", ".", 0), a("null.test")] }],
  "v4.test": [0, { answers: [a("v4.test", "192.0.2.1", 90), a("v4.test", "192.0.2.2", 30)] }],
  "v6.test": [0, { answers: [{ type: "AAAA", name: "v6.test", ttl: 30, data: "2001:db8::1" }] }],
  "ns.test": [0, { answers: [{ type: "NS", name: "ns.test", ttl: 60, data: "NS1.Test" }] }],
  "txt.test": [0, { answers: [{ type: "TXT", name: "txt.test", ttl: 60, data: ["a\u00e9", "b"] }] }],
  "xn--bcher-kva.test": [0, { answers: [a("xn--bcher-kva.test")] }],
  "case.test": [0, { questions: [{ type: "A", name: "CASE.Test" }], answers: [a("CASE.test")] }],
  "other-owner.test": [0, { answers: [a("elsewhere.test")], authorities: [soa("test", 60, 60)] }],
  "other-class.test": [0, { answers: [{ ...a("other-class.test"), class: "CH" } as Answer] }],
  "old-ttl.test": [0, { answers: [a("old-ttl.test", "192.0.2.1", 0x80000001)] }],
  "nodata.test": [0, { authorities: [soa("test", 900, 300)] }],
  "nxdomain.test": [3, { authorities: [soa("test", 200, 300)] }],
  "no-soa.test": [3],
  "foreign-soa.test": [3, { authorities: [soa("elsewhere.test", 200, 300)] }],
  "alias.test": [0, { answers: [cname("alias.test", "V4.test", 20), a("v4.test", "192.0.2.1", 90)] }],
  "alias-backwards.test": [0, { answers: [a("v4.test"), cname("alias-backwards.test", "v4.test")] }],
  "alias-nodata.test": [
    0,
    { answers: [cname("alias-nodata.test", "v4.test", 40)], authorities: [soa("test", 900, 300)] },
  ],
  "alias-nxdomain.test": [
    3,
    { answers: [cname("alias-nxdomain.test", "gone.test", 40)], authorities: [soa("test", 900, 300)] },
  ],
  "alias-apart.test": [0, { answers: [cname("alias-apart.test", "v4.test", 10)] }],
  "alias-to-no-host.test": [0, { answers: [cname("alias-to-no-host.test", "-.test", 10)] }],
  "loop.test": [0, { answers: [cname("loop.test", "pool.test"), cname("pool.test", "loop.test")] }],
  "loop-apart.test": [0, { answers: [cname("loop-apart.test", "loop-apart.test")] }],
  "c0.test": [0, { answers: [...chain(10), a("c10.test")] }],
  "c00.test": [0, { answers: [cname("c00.test", "c0.test"), ...chain(10), a("c10.test")] }],
  "formerr.test": [1],
  "servfail.test": [2],
  "notimp.test": [4],
  "refused.test": [5],
  "yxdomain.test": [6],
  "lame.test": [0, { flags: 0, authorities: [{ type: "NS", name: "test", ttl: 60, data: "ns.test" }] }],
};

const zone: Respond = (query, { name }, send) => {
  const [rcode, sections] = ZONE[name] ?? [3];
  send(answerTo(query, rcode, sections));
};

const never = () => new AbortController().signal;
const open: StubServer[] = [];
const stub = async (respond: Respond) => {
  const server = await stubServer(respond);
  open.push(server);
  return server;
};
const resolverOf = (servers: readonly StubServer[], options: WireResolverOptions = {}) =>
  wireResolver({ servers: servers.map(({ address }) => address), ...options });

afterEach(async () => {
  vi.useRealTimers();
  for (const server of open.splice(0)) await server.close();
});

describe("a resolver that speaks DNS itself", () => {
  const none = (ttlSeconds?: number) => ({ kind: "none", ...(ttlSeconds === undefined ? {} : { ttlSeconds }) });
  const records = (ttlSeconds: number, ...rows: unknown[]) => ({ kind: "records", records: rows, ttlSeconds });

  test.each([
    [
      "MX hosts are lower-case",
      "mx",
      "mail.test",
      records(60, { preference: 20, exchange: "mx2.mail.test" }, { preference: 10, exchange: "mx1.mail.test" }),
    ],
    ["a null MX is the empty host", "mx", "null.test", records(60, { preference: 0, exchange: "" })],
    ["the TTL is the shortest", "a", "v4.test", records(30, "192.0.2.1", "192.0.2.2")],
    ["IPv6", "aaaa", "v6.test", records(30, "2001:db8::1")],
    ["name servers", "ns", "ns.test", records(60, "ns1.test")],
    ["the strings of a text", "txt", "txt.test", records(60, ["a\u00c3\u00a9", "b"])],
    ["an IDN in A-labels", "a", "xn--bcher-kva.test", records(60, "192.0.2.1")],
    ["names are compared without case", "a", "case.test", records(60, "192.0.2.1")],
    ["a record of another name is passed over", "a", "other-owner.test", none(60)],
    ["a record of another class is passed over", "a", "other-class.test", none(0)],
    ["a TTL with its top bit set is 0", "a", "old-ttl.test", records(0, "192.0.2.1")],
    ["NODATA has the minimum of the SOA", "aaaa", "nodata.test", none(300)],
    ["NXDOMAIN has the TTL of the SOA where it is less", "mx", "nxdomain.test", none(200)],
    ["without a SOA nothing is to be kept", "mx", "no-soa.test", none(0)],
    ["the SOA of another zone does not count", "mx", "foreign-soa.test", none(0)],
    ["an alias counts towards the TTL", "a", "alias.test", records(20, "192.0.2.1")],
    ["the order of the records does not matter", "a", "alias-backwards.test", records(60, "192.0.2.1")],
    ["an alias of a name without data", "mx", "alias-nodata.test", none(40)],
    ["an alias of no name", "mx", "alias-nxdomain.test", none(40)],
    ["an alias whose end is in another answer", "a", "alias-apart.test", records(10, "192.0.2.1", "192.0.2.2")],
    ["an alias of a name that no host has", "a", "alias-to-no-host.test", none(10)],
    ["aliases in a ring", "a", "loop.test", none(0)],
    ["an alias of itself", "a", "loop-apart.test", none(0)],
    ["ten aliases", "a", "c0.test", records(60, "192.0.2.1")],
    ["eleven aliases", "a", "c00.test", none(0)],
    ["a name that no host has", "mx", "a..b", none()],
    ["a name of digits", "mx", "1.2", none()],
    ["FORMERR is for good", "mx", "formerr.test", { kind: "failed", cause: "FORMERR", permanent: true }],
    [
      "a response code without a name is for good",
      "mx",
      "yxdomain.test",
      { kind: "failed", cause: "response code 6", permanent: true },
    ],
    ["a name in U-labels is a mistake", "mx", "bücher.test", { kind: "failed", cause: "the name is not in A-labels" }],
  ] as const)("%s", async (_, type, name, expected) => {
    const resolver = resolverOf([await stub(zone)]);
    expect(await resolver[type]?.(name, { signal: never() })).toEqual(expected);
  });

  test.each([
    ["SERVFAIL", "servfail.test", /^SERVFAIL from 127/],
    ["REFUSED", "refused.test", /^REFUSED from 127/],
    ["NOTIMP", "notimp.test", /^NOTIMP from 127/],
    ["a referral", "lame.test", /^no recursion from 127/],
  ])("%s is failed after every server and try", async (_, name, cause) => {
    const servers = [await stub(zone), await stub(zone)];
    const answer = await resolverOf(servers).mx(name, { signal: never() });
    expect(answer).toEqual({ kind: "failed", cause: expect.stringMatching(cause) });
    // A server that may not know EDNS0 is asked without it, too.
    const each = name === "notimp.test" ? 4 : 2;
    expect(servers.map(({ asked }) => asked.length)).toEqual([each, each]);
  });

  test("the next server is asked where one fails", async () => {
    const servers = [await stub((query, _, send) => send(answerTo(query, 2))), await stub(zone)];
    expect(await resolverOf(servers).a("v4.test", { signal: never() })).toMatchObject({ kind: "records" });
    expect(servers.map(({ asked }) => asked.length)).toEqual([1, 1]);
  });

  test("a closed port is passed at once, and asked last for 30 seconds", async () => {
    const [dead, alive] = [await stubServer(zone), await stub(zone)];
    await dead.close();
    const resolver = resolverOf([dead, alive], { tryMs: 60_000, timeoutMs: 60_000 });
    expect(await resolver.a("v4.test", { signal: never() })).toMatchObject({ kind: "records" });
    expect(await resolver.a("servfail.test", { signal: never() })).toEqual({
      kind: "failed",
      cause: expect.stringMatching(/^SERVFAIL from .*; 127.*ECONNREFUSED/),
    });
  });

  test("a server that knows no EDNS0 is asked without it", async () => {
    const server = await stub((query, { edns }, send) =>
      send(edns ? answerTo(query, 1) : answerTo(query, 0, { answers: [a("v4.test")] })),
    );
    expect(await resolverOf([server]).a("v4.test", { signal: never() })).toMatchObject({ kind: "records" });
    expect(server.asked.map(({ edns }) => edns)).toEqual([true, false]);
  });

  describe("an answer that was cut", () => {
    test("is asked for again by TCP", async () => {
      const answers = Array.from({ length: 500 }, (_, at) => a("big.test", `192.0.2.${at % 256}`));
      const server = await stub((query, { via }, send) =>
        send(via === "udp" ? answerTo(query, 0, { flags: TRUNCATED }) : answerTo(query, 0, { answers })),
      );
      const answer = await resolverOf([server]).a("big.test", { signal: never() });
      expect(answer.kind === "records" && answer.records.length).toBe(500);
      expect(server.asked.map(({ via }) => via)).toEqual(["udp", "tcp"]);
    });

    test.each<[string, Respond, RegExp]>([
      ["a cut answer by TCP", (query, _, send) => send(answerTo(query, 0, { flags: TRUNCATED })), /malformed answer/],
      ["another question", (query, _, send) => send(answerTo(query, 0, { questions: [] })), /malformed answer/],
      ["no answer", (_query, _asked, _send, from) => "destroy" in from && from.destroy(), /closed|ECONNRESET/],
    ])("%s in return is a failure", async (_, overTcp, cause) => {
      const server = await stub((query, asked, send, from) =>
        asked.via === "udp" ? send(answerTo(query, 0, { flags: TRUNCATED })) : overTcp(query, asked, send, from),
      );
      expect(await resolverOf([server]).a("big.test", { signal: never() })).toEqual({
        kind: "failed",
        cause: expect.stringMatching(cause),
      });
    });
  });

  describe("what is no answer is passed over", () => {
    const good = (query: DecodedPacket) => answerTo(query, 0, { answers: [a("v4.test")] });
    const forged = { answers: [a("v4.test", "203.0.113.66")] };
    const flipped = (query: DecodedPacket) => ({ ...forged, id: (query.id ?? 0) ^ 1 });
    test.each<[string, (query: DecodedPacket) => Uint8Array]>([
      ["another id", (query) => answerTo(query, 0, flipped(query))],
      ["another name", (query) => answerTo(query, 0, { ...forged, questions: [{ type: "A", name: "v5.test" }] })],
      ["another type", (query) => answerTo(query, 0, { ...forged, questions: [{ type: "MX", name: "v4.test" }] })],
      ["no question", (query) => answerTo(query, 0, { ...forged, questions: [] })],
      ["a query", (query) => answerTo(query, 0, { ...forged, type: "query" })],
      ["nothing", () => Buffer.alloc(0)],
      ["a header cut short", (query) => good(query).subarray(0, 11)],
      ["a record cut short", (query) => good(query).subarray(0, -1)],
      ["octets behind the end", (query) => Buffer.concat([good(query), Buffer.alloc(1)])],
      ["more records than there are", (query) => Buffer.from(good(query)).fill(0xff, 6, 12)],
    ])("%s", async (_, bad) => {
      const server = await stub((query, _, send) => {
        send(bad(query));
        send(good(query));
      });
      expect(await resolverOf([server]).a("v4.test", { signal: never() })).toEqual(records(60, "192.0.2.1"));
      expect(server.asked).toHaveLength(1);
    });

    test("another address", async () => {
      const stranger = createSocket("udp4");
      stranger.bind(0, "127.0.0.1");
      await once(stranger, "listening");
      const server = await stub((query, _, send, from) => {
        const { port, address } = from as RemoteInfo;
        stranger.send(answerTo(query, 0, forged), port, address, () => send(good(query)));
      });
      expect(await resolverOf([server]).a("v4.test", { signal: never() })).toEqual(records(60, "192.0.2.1"));
      stranger.close();
    });

    test("a flood ends the try", async () => {
      const server = await stub((query, _, send) => {
        for (let at = 0; at < 100; at++) send(answerTo(query, 0, flipped(query)));
      });
      expect(await resolverOf([server]).a("v4.test", { signal: never() })).toEqual({
        kind: "failed",
        cause: expect.stringMatching(/too many datagrams/),
      });
    });
  });

  describe("time", () => {
    /** Timers that move on when the stub is asked: nothing waits. */
    const moving = (ms: number, then: Respond = () => undefined): Respond => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
      return (...question) => {
        vi.advanceTimersByTime(ms);
        then(...question);
      };
    };

    test("a silent server gives way to the next, and comes last for 30 seconds", async () => {
      const servers = [await stub(moving(700)), await stub(zone)];
      const resolver = resolverOf(servers, { tryMs: 700 });
      const counts = () => servers.map(({ asked }) => asked.length);
      await resolver.a("v4.test", { signal: never() });
      expect(counts()).toEqual([1, 1]);
      await resolver.a("v4.test", { signal: never() });
      expect(counts()).toEqual([1, 2]);
      vi.advanceTimersByTime(30_000);
      await resolver.a("v4.test", { signal: never() });
      expect(counts()).toEqual([2, 3]);
    });

    test("every server and try is used up", async () => {
      const server = await stub(moving(700));
      expect(await resolverOf([server], { tryMs: 700, tries: 3 }).mx("mail.test", { signal: never() })).toEqual({
        kind: "failed",
        cause: `${server.address}: no answer within 700 ms`,
      });
      expect(server.asked).toHaveLength(3);
    });

    test("no question takes longer than timeoutMs in all", async () => {
      const server = await stub(moving(700));
      const resolver = resolverOf([server], { tryMs: 700, tries: 100, timeoutMs: 2000 });
      expect(await resolver.mx("mail.test", { signal: never() })).toEqual({
        kind: "failed",
        cause: "no answer within 2000 ms",
      });
      expect(server.asked).toHaveLength(3);
    });

    test("an answer by TCP that does not come", async () => {
      const answer: Respond = (query, { via }, send) => {
        if (via === "udp") send(answerTo(query, 0, { flags: TRUNCATED }));
        else vi.advanceTimersByTime(700);
      };
      const server = await stub(moving(0, answer));
      expect(await resolverOf([server], { tryMs: 700, tries: 1 }).mx("big.test", { signal: never() })).toEqual({
        kind: "failed",
        cause: `${server.address}: no answer within 700 ms`,
      });
    });
  });

  test("an abort ends the question and no other", async () => {
    const server = await stub((query, asked, send, from) => {
      if (asked.name === "silent.test") gone.abort();
      else zone(query, asked, send, from);
    });
    const gone = new AbortController();
    const resolver = resolverOf([server]);
    const silent = resolver.mx("silent.test", { signal: gone.signal });
    const other = resolver.a("v4.test", { signal: never() });
    expect(await silent).toEqual({ kind: "failed", cause: "aborted" });
    expect(await other).toMatchObject({ kind: "records" });
    expect(await resolver.mx("mail.test", { signal: gone.signal })).toEqual({ kind: "failed", cause: "aborted" });
  });

  test("an abort before the socket is ready leaves nothing behind", async () => {
    const server = await stub(zone);
    const gone = new AbortController();
    const answer = resolverOf([server]).mx("mail.test", { signal: gone.signal });
    gone.abort();
    expect(await answer).toEqual({ kind: "failed", cause: "aborted" });
  });

  test("every question has an id and a port of its own", async () => {
    const seen: string[] = [];
    const server = await stub((query, asked, send, from) => {
      seen.push(`${(from as RemoteInfo).port}`);
      zone(query, asked, send, from);
    });
    const resolver = resolverOf([server]);
    await Promise.all(Array.from({ length: 20 }, () => resolver.a("v4.test", { signal: never() })));
    expect(new Set(seen).size).toBe(20);
  });

  test("a thousand questions at once for one domain are one on the wire, with a cache in front", async () => {
    const server = await stub(zone);
    const resolver = cachedResolver(resolverOf([server]));
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () => resolver.mx("mail.test", { signal: never() })),
    );
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(["records"]));
    expect(server.asked).toHaveLength(1);
  });

  test("more questions than can be open wait for their turn", async () => {
    const server = await stub(zone);
    const resolver = resolverOf([server]);
    const names = Array.from({ length: 600 }, (_, at) => `n${at}.test`);
    const answers = await Promise.all(names.map((name) => resolver.a(name, { signal: never() })));
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(["none"]));
  });
});

describe("servers", () => {
  test.each(["ns.example.com", "127.0.0.1:0", "127.0.0.1:65536", "[::1", "::1:x", ""])("%j is refused", (server) => {
    expect(() => wireResolver({ servers: [server] })).toThrow(
      expect.objectContaining({
        code: "FG_CONFIG_INVALID",
        message: `a name server is given as IP or IP:PORT, not as "${server}"`,
      }),
    );
  });

  test.each(["127.0.0.1", "127.0.0.1:5353", "::1", "[::1]", "[::1]:5353", "fe80::1%lo"])("%j is taken", (server) => {
    expect(() => wireResolver({ servers: [server] })).not.toThrow();
  });

  test("none at all is refused", () => {
    expect(() => wireResolver({ servers: [] })).toThrow(expect.objectContaining({ code: "FG_CONFIG_INVALID" }));
  });

  test("without a list they are those of the system", () => {
    expect(() => wireResolver()).not.toThrow();
  });
});
