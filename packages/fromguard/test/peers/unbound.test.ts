import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type DnsAnswer, domainExistence, parseDomain, type Resolver } from "@fromguard/core";
import { nodeResolver, wireResolver } from "@fromguard/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { whyNotRun } from "./peers.js";
import { PrivateUnbound } from "./unbound.js";

const reason = whyNotRun(["unbound"], { root: false });

const bigSet = Array.from({ length: 200 }, (_, at) => `big 600 IN MX ${at} a-rather-long-host-name-${at}.test.\n`);
const longChain = (name: string, length: number) =>
  Array.from({ length }, (_, at) => `${name}${at} 600 IN CNAME ${name}${at + 1}\n`).join("") +
  `${name}${length} 600 IN A 192.0.2.1\n`;

const ZONE = `$ORIGIN test.
@ 900 IN SOA ns root 1 3600 600 86400 300
@ 900 IN NS ns
ns 900 IN A 127.0.0.1
mail 600 IN MX 10 MX1.Mail
mail 600 IN MX 20 mx2.mail
null 600 IN MX 0 .
null 600 IN A 192.0.2.1
null-and-more 600 IN MX 0 .
null-and-more 600 IN MX 10 mail
v4 120 IN A 192.0.2.1
v4 120 IN A 192.0.2.2
v6 120 IN AAAA 2001:db8::1
to-address 600 IN MX 10 192.0.2.1.
malformed 600 IN MX 10 -bad-
text 600 IN TXT "no mail"
xn--bcher-kva 600 IN A 192.0.2.1
alias 60 IN CNAME v4
alias-away 60 IN CNAME host.other.example.
alias-nowhere 60 IN CNAME gone
alias-nodata 60 IN CNAME text
ring 600 IN CNAME rong
rong 600 IN CNAME ring
${longChain("few", 5)}${bigSet.join("")}`;

const OTHER = `$ORIGIN other.example.
@ 100 IN SOA ns root 1 3600 600 86400 3600
@ 100 IN NS ns
ns 100 IN A 127.0.0.1
host 30 IN A 192.0.2.7
`;

describe.skipIf(reason !== undefined)("a real Unbound", () => {
  let unbound: PrivateUnbound;
  let wire: Resolver;
  const never = () => new AbortController().signal;

  /** A server that fails at every question. */
  const broken = createSocket("udp4", (message, from) => {
    message.writeUInt16BE(0x8182, 2);
    broken.send(message, from.port, from.address);
  });

  beforeAll(async () => {
    broken.bind(0, "127.0.0.1");
    await once(broken, "listening");
    unbound = await PrivateUnbound.start(
      { test: ZONE, "other.example": OTHER },
      { forwards: { "broken.example": `127.0.0.1@${broken.address().port}` } },
    );
    wire = wireResolver({ servers: [unbound.address] });
  });
  afterAll(async () => {
    broken.close();
    await unbound?.stop();
  });

  /** The seconds that Unbound has kept an answer count. */
  const about = (answer: DnsAnswer<unknown>, ttl: number) => {
    const seconds = answer.kind === "failed" ? Number.NaN : answer.ttlSeconds;
    expect(seconds).toBeLessThanOrEqual(ttl);
    expect(seconds).toBeGreaterThan(ttl - 20);
  };

  test.each([
    ["MX", "mx", "mail.test", 600, ["mx1.mail.test", "mx2.mail.test"]],
    ["A", "a", "v4.test", 120, ["192.0.2.1", "192.0.2.2"]],
    ["AAAA", "aaaa", "v6.test", 120, ["2001:db8::1"]],
    ["an IDN in A-labels", "a", "xn--bcher-kva.test", 600, ["192.0.2.1"]],
    ["a null MX beside A", "mx", "null.test", 600, [""]],
    ["an alias", "a", "alias.test", 60, ["192.0.2.1", "192.0.2.2"]],
    ["an alias into another zone", "a", "alias-away.test", 30, ["192.0.2.7"]],
    ["five aliases", "a", "few0.test", 600, ["192.0.2.1"]],
  ] as const)("%s", async (_, type, name, ttl, rows) => {
    const answer = await wire[type](name, { signal: never() });
    const found =
      answer.kind === "records" ? answer.records.map((row) => (typeof row === "string" ? row : row.exchange)) : answer;
    expect([found].flat().sort()).toEqual(rows);
    about(answer, ttl);
  });

  test.each([
    ["NODATA, by the minimum of the SOA", "mx", "text.test", 300],
    ["NXDOMAIN", "mx", "gone.test", 300],
    ["NXDOMAIN, by the TTL of the SOA where it is less", "a", "gone.other.example", 100],
    ["an alias of no name", "a", "alias-nowhere.test", 60],
    ["an alias of a name without data", "a", "alias-nodata.test", 60],
  ] as const)("none: %s", async (_, type, name, ttl) => {
    const answer = await wire[type](name, { signal: never() });
    expect(answer.kind).toBe("none");
    about(answer, ttl);
  });

  test.each([
    ["SERVFAIL", "host.broken.example", /^SERVFAIL from/],
    ["REFUSED", "refused.test", /^REFUSED from/],
  ])("failed: %s", async (_, name, cause) => {
    expect(await wire.mx(name, { signal: never() })).toEqual({ kind: "failed", cause: expect.stringMatching(cause) });
  });

  test("aliases in a ring end nowhere, or Unbound fails", async () => {
    expect((await wire.a("ring.test", { signal: never() })).kind).toMatch(/none|failed/);
  });

  test("a big set is cut by UDP and whole by TCP", async () => {
    const answer = await wire.mx("big.test", { signal: never() });
    expect(answer.kind === "records" && answer.records.length).toBe(200);
    const octets = await udpAnswerOctets(unbound.port, "big.test");
    expect(octets).toEqual({ truncated: true, fits: true });
  });

  test("a dead server is passed over", async () => {
    const resolver = wireResolver({ servers: ["127.0.0.1:1", unbound.address] });
    expect(await resolver.a("v4.test", { signal: never() })).toMatchObject({ kind: "records" });
  });

  test.each([
    ["mail.test", "exists"],
    ["v4.test", "exists"],
    ["v6.test", "exists"],
    ["to-address.test", "exists"],
    ["alias.test", "exists"],
    ["xn--bcher-kva.test", "exists"],
    ["big.test", "exists"],
    ["null.test", "null-mx"],
    ["null-and-more.test", "null-mx"],
    ["malformed.test", "malformed"],
    ["text.test", "not-found"],
    ["gone.test", "not-found"],
    ["alias-nowhere.test", "not-found"],
    ["host.broken.example", "unknown"],
    ["refused.test", "unknown"],
  ])("%s: %s, by either resolver", async (name, kind) => {
    const plain = nodeResolver({ servers: [unbound.address] });
    expect((await domainExistence(wire, name, { signal: never() })).kind).toBe(kind);
    expect((await domainExistence(plain, name, { signal: never() })).kind).toBe(kind);
  });

  test("an IDN is asked for by its A-label", async () => {
    const domain = parseDomain("Bücher.TEST");
    expect((await domainExistence(wire, domain.ascii, { signal: never() })).kind).toBe("exists");
  });
});

/** What a plain question with the EDNS0 of the client gets by UDP. */
async function udpAnswerOctets(port: number, name: string): Promise<{ truncated: boolean; fits: boolean }> {
  const labels = name.split(".").flatMap((label) => [label.length, ...Buffer.from(label)]);
  const header = [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1];
  const opt = [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0];
  const socket = createSocket("udp4");
  socket.send(Buffer.from([...header, ...labels, 0, 0, 15, 0, 1, ...opt]), port, "127.0.0.1");
  const [message] = (await once(socket, "message")) as [Buffer];
  socket.close();
  return { truncated: ((message[2] ?? 0) & 2) !== 0, fits: message.length <= 1232 };
}
