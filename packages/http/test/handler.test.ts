import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { createGuard, fail, type Guard, pass, type Rule, rule } from "@fromguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHandler, type HandlerOptions, type HttpEvent } from "../src/index.js";
import { bearer, token } from "./support/handlers.js";

/** Ann owns her own address; eve's database is down. */
const ownsEnvelope = rule("owns-envelope", ["login", "envelopeFrom"], ({ login, envelopeFrom }) => {
  if (login === "eve") throw new Error("database down");
  const own = envelopeFrom.kind === "mailbox" && envelopeFrom.mailbox.localPart === login;
  return own ? pass() : fail("envelope-not-owned", { login: login ?? "" });
});
const needsHeaders = rule("headers-seen", ["headers"], () => pass());

function handlerOf(options: Partial<HandlerOptions> = {}, rules: readonly Rule[] = [ownsEnvelope]) {
  return createHandler({ guard: createGuard({ rules }), ...options });
}

function post(body: BodyInit | null, init: RequestInit & { path?: string } = {}): Request {
  const { path = "/v1/check", ...rest } = init;
  return new Request(`http://localhost${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    ...rest,
  });
}

const honest = JSON.stringify({ login: "ann", envelopeFrom: "ann@example.com" });

describe("POST /v1/check", () => {
  it.each<readonly [what: string, transaction: object, action: string, code: string]>([
    ["accepts an own sender", { login: "ann", envelopeFrom: "<ann@example.com>" }, "accept", "ok"],
    ["rejects a foreign one", { login: "bob", envelopeFrom: "ann@example.com" }, "reject", "envelope-not-owned"],
    ["defers where a rule throws", { login: "eve", envelopeFrom: "ann@example.com" }, "defer", "rule-failed"],
    ["defers where a fact is missing", { login: "ann" }, "defer", "fact-missing"],
  ])("%s, with 200", async (_what, transaction, action, code) => {
    const response = await handlerOf()(post(JSON.stringify(transaction)));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toMatchObject({ action, code });
  });

  it("names the fact that was not given to who may see evidence", async () => {
    const tokens = () => [token("desk", "check", "evidence")];
    const headers = { "content-type": "application/json", ...bearer("desk") };
    const response = await handlerOf({ tokens }, [needsHeaders])(post(honest, { headers }));
    expect(await response.json()).toMatchObject({
      action: "defer",
      findings: [{ rule: "headers-seen", code: "fact-missing", cause: "the transport did not give headers" }],
    });
  });

  it("goes by the last of a key that comes twice", async () => {
    const twice = '{"login":"bob","login":"ann","envelopeFrom":"ann@example.com"}';
    expect((await (await handlerOf()(post(twice))).json()).action).toBe("accept");
  });

  it("says what a list of fields cannot show", async () => {
    const response = await handlerOf({}, [needsHeaders])(post(JSON.stringify({ headers: [["From", "a@b.test"]] })));
    const answer = await response.json();
    expect(answer).toMatchObject({ action: "accept" });
    expect(answer.blindTo).toContain("utf8-invalid");
  });

  it("judges the octets of a message", async () => {
    const response = await handlerOf({}, [needsHeaders])(
      post(JSON.stringify({ message: btoa("From: a@b.test\r\n\r\nhi\r\n") })),
    );
    expect(await response.json()).toMatchObject({ action: "accept" });
  });

  it("reads messages within the limits it is given", async () => {
    const sees = rule("sees", ["headers"], ({ headers }) =>
      headers.anomalies.some(({ code }) => code === "header-too-long") ? fail("header-too-long") : pass(),
    );
    const headers = [
      ["From", "a@b.test"],
      ["X", "1"],
    ];
    for (const input of [{ headers }, { message: btoa("From: a@b.test\r\nX: 1\r\n\r\nhi\r\n") }]) {
      const ask = async (maxFields: number) =>
        (await (await handlerOf({ readLimits: { maxFields } }, [sees])(post(JSON.stringify(input)))).json()).code;
      expect([await ask(2), await ask(1)]).toEqual(["ok", "header-too-long"]);
    }
    expect(() => handlerOf({ readLimits: { maxFields: 0 } })).toThrow("maxFields: ");
  });

  it("answers with one line", async () => {
    const text = await (await handlerOf()(post(honest))).text();
    expect(text.trimEnd().split("\n")).toHaveLength(1);
    expect(text).not.toContain("trace");
  });
});

it("POST /v1/explain adds the trace", async () => {
  const response = await handlerOf()(post(honest, { path: "/v1/explain" }));
  expect(await response.json()).toMatchObject({ action: "accept", trace: [{ rule: "owns-envelope", members: [] }] });
});

it.each(["GET", "HEAD"])("%s /healthz is 200", async (method) => {
  const response = await handlerOf()(new Request("http://localhost/healthz", { method }));
  expect(response.status).toBe(200);
  expect(await response.text()).toBe(method === "GET" ? '{"status":"ok"}\n' : "");
});

/** A body that never ends and counts what was taken of it. */
function endless() {
  let taken = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken += 1024;
      controller.enqueue(new Uint8Array(1024));
    },
  });
  return { body, taken: () => taken };
}

describe("problems", () => {
  const json = { "content-type": "application/json" };
  it.each<readonly [what: string, request: () => Request, status: number, detail: RegExp]>([
    ["no JSON", () => post("{"), 400, /not JSON/],
    ["an empty body", () => post(""), 400, /not JSON/],
    ["no body", () => post(null), 400, /not JSON/],
    ["two JSON texts", () => post(`${honest}${honest}`), 400, /not JSON/],
    ["octets that are no UTF-8", () => post(Uint8Array.of(0x22, 0xff, 0x22)), 400, /UTF-8/],
    ["another path", () => post(honest, { path: "/v1/check/" }), 404, /no such resource/],
    ["a path of Object", () => post(honest, { path: "/constructor" }), 404, /no such resource/],
    ["another method", () => new Request("http://localhost/v1/check"), 405, /GET is not allowed here; try POST/],
    ["a body over the limit", () => post(" ".repeat(2000)), 413, /over the limit of 1000 octets/],
    ["a length over the limit", () => post("{}", { headers: { ...json, "content-length": "1001" } }), 413, /1000/],
    ["no media type", () => post(Uint8Array.of(0x7b, 0x7d), { headers: {} }), 415, /application\/json/],
    ["another media type", () => post(honest, { headers: { "content-type": "text/plain" } }), 415, /application\/json/],
    [
      "another charset",
      () => post(honest, { headers: { "content-type": "application/json; charset=latin1" } }),
      415,
      /json/,
    ],
    ["compression", () => post(honest, { headers: { ...json, "content-encoding": "gzip" } }), 415, /compressed/],
    ["no transaction", () => post("[]"), 422, /must be an object/],
    ["an unknown key", () => post('{"sender": "a@b"}'), 422, /^sender: unknown key; did you mean envelopeFrom\?$/],
  ])("answers %s with its status", async (_what, request, status, detail) => {
    const events: HttpEvent[] = [];
    const response = await handlerOf({ maxBodyBytes: 1000, onEvent: (event) => events.push(event) })(request());
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const problem = await response.json();
    expect(problem).toMatchObject({ type: "about:blank", status, title: expect.any(String) });
    expect(problem.detail).toMatch(detail);
    expect(events).toMatchObject([{ kind: "refused", problem: { status } }]);
  });

  it.each([
    ["/v1/check", 'application/json;charset="UTF-8"', 200],
    ["/v1/check", "message/rfc822; charset=us-ascii; x=1", 200],
    ["/v1/check", "message/rfc822, application/json", 415],
    ["/v1/check", "message/rfc8222", 415],
    ["/v1/check/batch", "application/x-ndjson; charset=utf-8", 200],
    ["/v1/check/batch", "application/ndjson ; charset=utf-8", 200],
    ["/v1/check/batch", "application/x-ndjson; charset=latin1", 415],
    ["/v1/check/batch", "application/x-ndjsonx", 415],
  ])("answers on %s what comes as %s with %d", async (path, type, status) => {
    const response = await handlerOf()(post(honest, { path, headers: { "content-type": type } }));
    expect(response.status).toBe(status);
  });

  it.each([
    ["/v1/check", "GET", "POST"],
    ["/v1/explain", "PUT", "POST"],
    ["/healthz", "POST", "GET, HEAD"],
  ])("tells what %s allows instead of %s", async (path, method, allow) => {
    const response = await handlerOf()(new Request(`http://localhost${path}`, { method }));
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe(allow);
  });

  it("accepts a charset that says UTF-8", async () => {
    const headers = { "content-type": 'Application/JSON; charset="UTF-8"' };
    expect((await handlerOf()(post(honest, { headers }))).status).toBe(200);
  });

  it("reads no more of a body than its limit", async () => {
    const { body, taken } = endless();
    const response = await handlerOf({ maxBodyBytes: 4096 })(post(body, { duplex: "half" } as RequestInit));
    expect(response.status).toBe(413);
    expect(taken()).toBeLessThan(16 * 1024);
  });

  it.each([
    ["deep nesting", `${"[".repeat(500_000)}${"]".repeat(500_000)}`, 422],
    ["deep nesting without end", "[".repeat(1_000_000), 400],
  ])("answers %s", async (_what, body, status) => {
    expect((await handlerOf()(post(body))).status).toBe(status);
  });

  it("answers a body that breaks off with 400", async () => {
    const body = new ReadableStream({ start: (controller) => controller.error(new Error("gone")) });
    expect((await handlerOf()(post(body, { duplex: "half" } as RequestInit))).status).toBe(400);
  });

  it("answers an error of its own with 503 and tells the log, not the client", async () => {
    const events: HttpEvent[] = [];
    const broken: Guard = {
      ...createGuard({ rules: [ownsEnvelope] }),
      within: () => broken,
      decide: () => {
        throw new Error("secret");
      },
    };
    const response = await createHandler({ guard: broken, onEvent: (event) => events.push(event) })(post(honest));
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain("secret");
    expect(events).toMatchObject([{ kind: "failed", cause: { message: "secret" } }]);
  });
});

it("tells of each decision, and survives a log that throws", async () => {
  const events: HttpEvent[] = [];
  const onEvent = (event: HttpEvent) => {
    events.push(event);
    throw new Error("disk full");
  };
  expect((await handlerOf({ onEvent })(post(honest))).status).toBe(200);
  expect(events).toMatchObject([{ kind: "decided", decision: { action: "accept" }, facts: { login: "ann" } }]);
});

it("never passes a request that is no transaction, and never fails on one", async () => {
  const handler = handlerOf({}, [rule("never", [], () => fail("envelope-not-owned"))]);
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.json(), fc.string(), fc.uint8Array()), async (body) => {
      const response = await handler(post(body as BodyInit));
      const answer = await response.json();
      expect([200, 400, 422]).toContain(response.status);
      expect(answer.action).not.toBe("accept");
    }),
  );
});

it("serves on node:http as its README shows", async () => {
  const handler = handlerOf();
  const server = createServer(async (incoming, outgoing) => {
    const body = incoming.method === "GET" || incoming.method === "HEAD" ? null : Readable.toWeb(incoming);
    const response = await handler(
      new Request(`http://localhost${incoming.url}`, {
        method: incoming.method ?? "GET",
        headers: Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]),
        body: body as ReadableStream<Uint8Array> | null,
        duplex: "half",
      } as RequestInit),
    );
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const answer = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);
    const headers = { "content-type": "application/json" };
    expect((await answer("/healthz")).status).toBe(200);
    expect(await (await answer("/v1/check", { method: "POST", headers, body: honest })).json()).toMatchObject({
      action: "accept",
    });
    expect((await answer("/v1/check")).status).toBe(405);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
