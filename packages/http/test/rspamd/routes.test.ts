import {
  createGuard,
  type Edit,
  fail,
  loginEqualsSenders,
  named,
  pass,
  type Rule,
  rule,
  score,
  unknown,
  warnOnly,
} from "@fromguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHandler, type HandlerOptions, type HttpEvent } from "../../src/index.js";
import type { CheckReply } from "../../src/rspamd/reply.js";

const MAIL = "From: ann@example.com\r\nSubject: hello\r\n\r\nhi\r\n";

const ownsEnvelope = rule("owns-envelope", ["login", "envelopeFrom"], ({ login, envelopeFrom }) => {
  if (login === "eve") return unknown("table-unavailable", "database down");
  const own = envelopeFrom.kind === "mailbox" && envelopeFrom.mailbox.localPart === login;
  return own ? pass() : fail("envelope-not-owned", { login: login ?? "", result: "ann" });
});
const seesHeaders = (edits: readonly Edit[] = []) => rule("sees-headers", ["headers"], () => pass("ok", edits));
const mismatch = score({ reject: 15 }, [named("FROM_HEADER_MISMATCH", loginEqualsSenders()), 16]);

function asks(rules: readonly Rule[], options: Partial<HandlerOptions> = {}) {
  const events: HttpEvent[] = [];
  const handler = createHandler({ guard: createGuard({ rules }), onEvent: (event) => events.push(event), ...options });
  const ask = async (headers: Record<string, string>, body: BodyInit = MAIL) => {
    const response = await handler(new Request("http://localhost/checkv2", { method: "POST", headers, body }));
    return { status: response.status, ...((await response.json()) as CheckReply) };
  };
  return { events, ask, handler };
}

const from = (User: string, more = {}) => ({ From: "ann@example.com", User, ...more });

describe("the action", () => {
  it("of an own sender", async () => {
    expect(await asks([ownsEnvelope]).ask(from("ann"))).toEqual({
      status: 200,
      is_skipped: false,
      score: 0,
      required_score: 15,
      action: "no action",
      symbols: {},
      messages: {},
    });
  });

  it("of a foreign one is reject, with the text of the reply", async () => {
    const { ask, events } = asks([ownsEnvelope]);
    expect(await ask(from("bob"))).toMatchObject({
      status: 200,
      score: 15,
      required_score: 15,
      action: "reject",
      symbols: { FROMGUARD_ENVELOPE_NOT_OWNED: { name: "FROMGUARD_ENVELOPE_NOT_OWNED", score: 15, metric_score: 15 } },
      messages: { smtp_message: expect.stringMatching(/^Sender address rejected: not owned/) },
    });
    expect(events).toMatchObject([{ kind: "decided", decision: { action: "reject" } }]);
  });

  it("where a source is down is soft reject", async () => {
    expect(await asks([ownsEnvelope]).ask(from("eve"))).toMatchObject({
      score: 0,
      action: "soft reject",
      symbols: { FROMGUARD_TABLE_UNAVAILABLE: { score: 0 } },
      messages: { smtp_message: "Sender verification is temporarily unavailable" },
    });
  });

  it("without an envelope is soft reject, where a rule needs one", async () => {
    expect(await asks([ownsEnvelope]).ask({ User: "ann" })).toMatchObject({
      action: "soft reject",
      symbols: { FROMGUARD_FACT_MISSING: { score: 0 } },
    });
  });

  it("of what is only observed is none, with its symbol", async () => {
    expect(await asks([warnOnly(ownsEnvelope)]).ask(from("bob"))).toMatchObject({
      score: 0,
      action: "no action",
      symbols: { FROMGUARD_ENVELOPE_NOT_OWNED: { score: 0 } },
    });
  });
});

describe("a score", () => {
  it("gives its members as symbols with their weights and what they rest on", async () => {
    expect(await asks([mismatch]).ask(from("bob@example.com"))).toMatchObject({
      score: 16,
      required_score: 15,
      action: "reject",
      symbols: { FROM_HEADER_MISMATCH: { name: "FROM_HEADER_MISMATCH", score: 16 } },
    });
    const reply = await asks([mismatch]).ask(from("ann@example.com"));
    expect(reply).toMatchObject({ score: 0, action: "no action", symbols: {} });
  });
});

it("Pass: all has every rule run, also behind a rejection", async () => {
  const second = named("second", ownsEnvelope);
  const always = rule("always", ["listener"], () => fail("relay-denied"));
  const names = async (more: object) => Object.keys((await asks([second, always]).ask(from("bob", more))).symbols);
  expect(await names({})).toEqual(["FROMGUARD_ENVELOPE_NOT_OWNED"]);
  expect(await names({ Pass: "all" })).toEqual(["FROMGUARD_ENVELOPE_NOT_OWNED", "FROMGUARD_RELAY_DENIED"]);
});

it("Settings-ID is the listener", async () => {
  const inbound = rule("inbound", ["listener"], ({ listener }) => (listener === "in" ? pass() : fail("relay-denied")));
  const { ask } = asks([inbound]);
  expect(await ask({ "Settings-ID": "in" })).toMatchObject({ action: "no action" });
  expect(await ask({})).toMatchObject({ action: "reject" });
});

it("judges the octets of the message", async () => {
  const anomalies = rule("anomalies", ["headers"], ({ headers }) =>
    headers.anomalies.length === 0 && headers.blindTo.length === 0 ? pass() : fail("header-bare-lf"),
  );
  const { ask } = asks([anomalies]);
  expect(await ask({})).toMatchObject({ action: "no action" });
  expect(await ask({}, "From: a@b.test\nX: 1\r\n\r\n")).toMatchObject({ action: "reject" });
});

describe("edits", () => {
  const tag: Edit = { kind: "prepend-header", name: "X-Tag", value: "1" };
  const quarantine: Edit = { kind: "quarantine", reason: "odd" };

  it("are a milter block", async () => {
    const change: Edit = { kind: "change-header", name: "Subject", occurrence: 1, value: "bye" };
    expect(await asks([seesHeaders([tag, change])]).ask({})).toMatchObject({
      action: "no action",
      milter: {
        remove_headers: { Subject: 0 },
        add_headers: { "X-Tag": [{ value: "1", order: 0 }], Subject: [{ value: "bye", order: -1 }] },
      },
    });
  });

  it("that a client might not make defer, and are told to the log", async () => {
    const { ask, events } = asks([seesHeaders([quarantine])]);
    expect(await ask({})).toMatchObject({ action: "soft reject" });
    expect(events).toMatchObject([{ kind: "decided" }, { kind: "edits-unmade", edits: [quarantine] }]);
  });

  it("quarantine for a milter: who does not know the word rejects", async () => {
    const reply = await asks([seesHeaders([quarantine])]).ask({ Flags: "milter,body_block" });
    expect(reply).toMatchObject({
      action: "reject",
      milter: { reject: "quarantine" },
      messages: { smtp_message: "odd" },
    });
    expect(reply.score).toBeGreaterThanOrEqual(reply.required_score);
  });
});

describe("a problem", () => {
  const zstd = { "Content-Encoding": "zstd" };
  it.each<readonly [what: string, headers: Record<string, string>, body: BodyInit, status: number]>([
    ["a field that cannot be read", { IP: "x" }, MAIL, 422],
    ["a message that is elsewhere", { Shm: "/rhm.1" }, "", 422],
    ["a message over the limit", {}, "x".repeat(2000), 413],
    ["a compression that is not known", { "Content-Encoding": "br" }, MAIL, 415],
    ["two compressions", { ...zstd, Compression: "gzip" }, MAIL, 415],
    ["what is no zstd", zstd, MAIL, 400],
  ])("of %s has its status, and a soft reject for who reads the JSON alone", async (_what, headers, body, status) => {
    const { ask, events } = asks([ownsEnvelope], { maxBodyBytes: 1500 });
    const reply = await ask(headers, body);
    expect(reply).toMatchObject({ status, action: "soft reject", error: expect.any(String) });
    expect(events).toMatchObject([{ kind: "refused", problem: { status } }]);
  });

  it("is a request without a message", async () => {
    const { handler } = asks([ownsEnvelope]);
    const response = await handler(new Request("http://localhost/checkv2"));
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
    expect(await response.json()).toMatchObject({ action: "soft reject", error: expect.stringContaining("loopback") });
  });

  it("is an error of ours", async () => {
    const guard = { ...createGuard({ rules: [ownsEnvelope] }), decide: () => Promise.reject(new Error("broken")) };
    const { ask } = asks([ownsEnvelope], { guard: { ...guard, within: () => guard } });
    expect(await ask(from("ann"))).toMatchObject({ status: 503, action: "soft reject" });
  });
});

it("reads a message that zstd has compressed", async () => {
  // `printf 'From: bob@example.com\r\n\r\nhi\r\n' | zstd`
  const compressed = Buffer.from("KLUv/QRY6QAARnJvbTogYm9iQGV4YW1wbGUuY29tDQoNCmhpDQqzgwxU", "base64");
  for (const headers of [{ "Content-Encoding": "zstd" }, { Compression: "ZSTD" }])
    expect(await asks([mismatch]).ask(from("ann@example.com", headers), compressed)).toMatchObject({
      action: "reject",
    });
});

it("answers what Rspamd could have answered, whatever was decided", async () => {
  const finding = fc.record({
    rule: fc.string(),
    verdict: fc.oneof(
      fc.constant(pass()),
      fc.record({
        kind: fc.constant("fail" as const),
        code: fc.string(),
        reply: fc.record({ code: fc.constantFrom(450, 553), enhanced: fc.constant("5.7.1"), text: fc.string() }),
        evidence: fc.oneof(
          fc.record({ address: fc.string(), path: fc.array(fc.string()) }),
          fc.record({ symbols: fc.dictionary(fc.string({ minLength: 1 }), fc.integer({ min: 0, max: 40 })) }),
        ),
      }),
      fc.record({
        kind: fc.constant("unknown" as const),
        code: fc.string(),
        cause: fc.string(),
        evidence: fc.constant({}),
      }),
    ),
  });
  const actions = { accept: "no action", reject: "reject", defer: "soft reject" } as const;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("accept", "reject", "defer"),
      fc.array(finding, { maxLength: 3 }),
      fc.string(),
      async (action, findings, text) => {
        const reply = action === "accept" ? {} : { reply: { code: 550, enhanced: "5.7.1", text } };
        const decision = { action, code: "x", edits: [], findings, observed: findings, ...reply };
        const guard = { ...createGuard({ rules: [ownsEnvelope] }), decide: () => decision };
        const { ask } = asks([ownsEnvelope], { guard: { ...guard, within: () => guard } as never });
        const answer = await ask({});
        expect(answer.action).toBe(actions[action as keyof typeof actions]);
        expect(answer.score >= answer.required_score).toBe(answer.action === "reject");
        for (const [name, symbol] of Object.entries(answer.symbols)) {
          expect(name).toMatch(/^[A-Z0-9_]+$/);
          expect(symbol.name).toBe(name);
          for (const option of symbol.options) expect(option).toMatch(/^[\x20-\x7e]*$/);
        }
        expect(answer.messages.smtp_message ?? "").toMatch(/^[\x20-\x7e]*$/);
      },
    ),
  );
});
