import { PolicyRequest, type ProtocolFault, RequestReader } from "@fromguard/policy";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const REQUEST =
  "request=smtpd_access_policy\nprotocol_state=RCPT\nsender=ann@example.com\nrecipient=bob@example.org\nrecipient_count=0\n" +
  "sasl_username=ann\nccert_subject=a+3Db\nstress=\n\n";

/** What a reader gives for chunks: the senders of its requests, and the fault that ended them. */
function read(chunks: readonly (string | Buffer)[], limits: ConstructorParameters<typeof RequestReader>[0] = {}) {
  const reader = new RequestReader(limits);
  const requests: PolicyRequest[] = [];
  let fault: ProtocolFault | undefined;
  for (const chunk of chunks) {
    reader.push(typeof chunk === "string" ? Buffer.from(chunk) : Buffer.from(chunk));
    for (let next = reader.next(); next !== undefined && fault === undefined; next = reader.next()) {
      if (next.kind === "fault") fault = next;
      else requests.push(next);
    }
  }
  return { requests, fault: fault?.code, buffered: reader.buffered, reader };
}

describe("a request reader", () => {
  test("gives the value of each attribute, empty and absent ones apart", () => {
    const [request] = read([REQUEST]).requests;
    expect(request?.get("sender")).toBe("ann@example.com");
    expect(request?.get("request")).toBe("smtpd_access_policy");
    expect(request?.get("recipient")).toBe("bob@example.org");
    expect(request?.get("recipient_count")).toBe("0");
    expect(request?.get("stress")).toBe("");
    expect(request?.get("instance")).toBeUndefined();
    expect(request?.get("ender")).toBeUndefined();
  });

  test.each([
    ["a repeated name: the first is used", "sender=a\nsender=b\n\n", "a"],
    ["a value that looks like an attribute", "helo_name=sender=x\nsender=a\n\n", "a"],
    ["an equals sign in the value", "sender=a=b@c\n\n", "a=b@c"],
    ["blanks are part of the value", "sender= a \n\n", " a "],
    ["a CR is part of the value", "sender=a\r\n\n", "a\r"],
    ["UTF-8", "sender=jürgen@straße.test\n\n", "jürgen@straße.test"],
  ])("%s", (_, text, sender) => {
    expect(read([text]).requests[0]?.get("sender")).toBe(sender);
  });

  test("a value that is not UTF-8 is told apart from those that are, and comes as latin1", () => {
    const [request] = read([Buffer.from("sender=\xfc@x\nhelo_name=stra\xc3\x9fe\n\n", "latin1")]).requests;
    expect([request?.isUtf8("sender"), request?.get("sender")]).toEqual([false, "ü@x"]);
    expect([request?.isUtf8("helo_name"), request?.get("helo_name")]).toEqual([true, "straße"]);
    expect(request?.isUtf8("recipient")).toBe(true);
  });

  test("two requests split at every octet, and octet by octet, are the same two requests", () => {
    const bytes = Buffer.from(`${REQUEST}sender=jürgen@example.com\n\n`);
    const split = (...at: number[]) =>
      [0, ...at].map((start, index) => bytes.subarray(start, [...at, bytes.length][index]));
    const senders = (chunks: readonly Buffer[]) => read(chunks).requests.map((request) => request.get("sender"));
    for (let at = 0; at <= bytes.length; at++) {
      expect(senders(split(at))).toEqual(["ann@example.com", "jürgen@example.com"]);
    }
    expect(senders(split(...bytes.keys()))).toEqual(["ann@example.com", "jürgen@example.com"]);
  });

  test("whatever lines come, in whatever chunks, each attribute has the value of its first line", () => {
    const NAMES =
      "sender sasl_sender sasl_username recipient recipient_count size instance client_name policy_context".split(" ");
    const line = fc.tuple(
      fc.constantFrom(...NAMES, "x"),
      fc.constantFrom("", "a", "a=b", "size=3", "sender=", "\u00fc"),
    );
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), fc.nat({ max: 200 }), (lines, at) => {
        const text = lines.map(([name, value]) => `${name}=${value}\n`).join("");
        const octets = Buffer.from(`${text}\n`);
        const [request] = read(
          [octets.subarray(0, at), octets.subarray(at)].filter(({ length }) => length > 0),
        ).requests;
        const values = (one: PolicyRequest | undefined) => [...NAMES, "x"].map((name) => one?.get(name));
        expect(values(request)).toEqual([...NAMES, "x"].map((name) => lines.find(([sent]) => sent === name)?.[1]));
        expect(values(request)).toEqual(values(new PolicyRequest(text, true)));
        expect(request?.without(NAMES)).toBe(new PolicyRequest(text, true).without(NAMES));
      }),
    );
  });

  test.each([
    ["a line without an equals sign", "sender\n\n", "line-malformed"],
    ["a line without a name", "=x\n\n", "line-malformed"],
    ["an empty line first", "\nsender=a\n\n", "request-empty"],
    ["a NUL", "sender=a\0b\n\n", "nul-octet"],
    ["CRLF line ends", "sender=a\r\n\r\n", "line-malformed"],
    ["an HTTP request", "POST /v1/check HTTP/1.1\r\n", "line-malformed"],
  ])("%s is a fault", (_, text, code) => {
    expect(read([text])).toMatchObject({ requests: [], fault: code, buffered: 0 });
  });

  test("a request before a fault is still given, and nothing behind it", () => {
    const { requests, fault, reader } = read(["sender=a\n\nbroken\n\nsender=b\n\n", "sender=c\n\n"]);
    expect([requests.length, fault]).toEqual([1, "line-malformed"]);
    reader.push(Buffer.from("sender=d\n\n"));
    expect([reader.next(), reader.buffered]).toEqual([{ kind: "fault", code: "line-malformed" }, 0]);
  });

  test("a request is as large as the limit, and no larger", () => {
    const limits = { maxRequestBytes: 20 };
    expect(read(["sender=abcdefghijk\n\n"], limits).requests).toHaveLength(1);
    expect(read(["sender=abcdefghijkl\n\n"], limits).fault).toBe("request-too-large");
    expect(read(["sender=", "abcdefghijkl", "mnop"], limits)).toMatchObject({
      fault: "request-too-large",
      buffered: 0,
    });
  });

  test("a request has as many attributes as the limit, and no more", () => {
    expect(read(["a=\nb=\n\n"], { maxAttributes: 2 }).requests).toHaveLength(1);
    expect(read(["a=\nb=\nc=\n\n"], { maxAttributes: 2 }).fault).toBe("too-many-attributes");
  });

  test("whatever comes, nothing is thrown, no more is held than one request, and chunks do not matter", () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom("sender=", "\n", "\n\n", "=", "a=b\n\n", "request=x\n", "\0", "\r\n")
        .map((text) => Buffer.from(text)),
    );
    const limits = { maxRequestBytes: 64, maxAttributes: 5 };
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (chunks) => {
        const whole = read([Buffer.concat(chunks)], limits);
        const parts = read(chunks, limits);
        expect(parts.buffered).toBeLessThan(64);
        expect(parts.fault).toBe(whole.fault);
        expect(parts.requests.map((request) => request.get("sender"))).toEqual(
          whole.requests.map((request) => request.get("sender")),
        );
      }),
    );
  });
});
