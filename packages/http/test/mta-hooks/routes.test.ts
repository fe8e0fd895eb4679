import {
  bodyUnambiguous,
  createGuard,
  type Edit,
  fail,
  ownedAddresses,
  pass,
  type Rule,
  requireLogin,
  rule,
  unknown,
} from "@fromguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHandler, type HandlerOptions, type HttpEvent } from "../../src/index.js";
import requests from "./requests.json" with { type: "json" };
import { hookRequestOf } from "./stalwart.js";

const RAW = Buffer.from("From: ann@example.com\r\nSubject: hello\r\n\r\nhi\r\n");

const ownsEnvelope = rule("owns-envelope", ["login", "envelopeFrom"], ({ login, envelopeFrom }) => {
  if (login === "eve") return unknown("table-unavailable", "database down");
  const own = envelopeFrom.kind === "mailbox" && envelopeFrom.mailbox.localPart === login;
  return own ? pass() : fail("envelope-not-owned", { login: login ?? "" });
});
const seesHeaders = (edits: readonly Edit[] = []) => rule("sees-headers", ["headers"], () => pass("ok", edits));

function asks(rules: readonly Rule[], options: Partial<HandlerOptions> = {}) {
  const events: HttpEvent[] = [];
  const handler = createHandler({ guard: createGuard({ rules }), onEvent: (event) => events.push(event), ...options });
  const ask = async (body: BodyInit, headers: Record<string, string> = { "content-type": "application/json" }) => {
    const response = await handler(new Request("http://localhost/mta-hooks", { method: "POST", headers, body }));
    const answer = (await response.json()) as { readonly action: string; readonly response?: unknown };
    return { status: response.status, ...answer };
  };
  return { events, ask: (request: unknown) => ask(JSON.stringify(request)), askRaw: ask };
}

const refusal = (status: number, enhanced: string, message: unknown = expect.any(String)) => ({
  action: "reject",
  response: { status, enhanced_status: enhanced, message },
});
const TEMPFAIL = refusal(451, "4.3.0", "Sender verification is temporarily unavailable");

describe("the action", () => {
  it.each<readonly [what: string, stage: string, login: string, answer: object]>([
    ["own sender, at MAIL", "mail", "ann", { action: "accept" }],
    ["foreign one, at MAIL", "mail", "bob", refusal(553, "5.7.1", expect.stringMatching(/^Sender address rejected/))],
    ["source down, at MAIL", "mail", "eve", TEMPFAIL],
    ["own sender, at RCPT", "rcpt", "ann", { action: "accept" }],
    ["foreign one, at RCPT", "rcpt", "bob", refusal(553, "5.7.1")],
    ["own sender, at DATA", "data", "ann", { action: "accept" }],
    ["foreign one, at DATA", "data", "bob", refusal(553, "5.7.1")],
    ["source down, at DATA", "data", "eve", TEMPFAIL],
  ])("of %s", async (_what, stage, login, answer) => {
    const { ask } = asks([ownsEnvelope, seesHeaders()]);
    const request = hookRequestOf(stage, { login, ...(stage === "data" ? { raw: RAW } : {}) });
    expect(await ask(request)).toMatchObject({ status: 200, ...answer });
  });

  it("is accept before a login can be there, whatever the policy asks of logins", async () => {
    const { ask } = asks([requireLogin()]);
    const actions = ["connect", "ehlo", "auth", "mail"].map(async (stage) => (await ask(hookRequestOf(stage))).action);
    expect(await Promise.all(actions)).toEqual(["accept", "accept", "accept", "reject"]);
  });

  it("defers at DATA where a rule needs what Stalwart never tells", async () => {
    const { ask } = asks([rule("authorised", ["authorisation"], () => pass())]);
    expect(await ask(hookRequestOf("mail"))).toMatchObject({ action: "accept" });
    expect(await ask(hookRequestOf("data", { raw: RAW }))).toMatchObject(TEMPFAIL);
  });

  it("comes with the codes that could not be seen", async () => {
    const { ask } = asks([seesHeaders()]);
    expect(await ask(requests.data)).toMatchObject({
      action: "accept",
      blindTo: expect.arrayContaining(["header-bare-lf"]),
    });
    const list = { action: "accept", blindTo: expect.arrayContaining(["utf8-invalid", "header-nul"]) };
    expect(await ask(requests["data as the manual of 0.15 shows it"])).toMatchObject(list);
    expect(await ask(requests.mail)).not.toHaveProperty("blindTo");
  });

  it("is told to the log", async () => {
    const { ask, events } = asks([ownsEnvelope]);
    await ask(hookRequestOf("mail", { login: "bob" }));
    expect(events).toMatchObject([{ kind: "decided", decision: { action: "reject" }, facts: { login: "bob" } }]);
  });
});

it.each([
  ["one does", [bodyUnambiguous({ ownership: ownedAddresses({ ann: ["ann@example.com"] }) })], true],
  ["none does", [seesHeaders()], false],
] as const)("looks behind the header only where a rule needs it: %s", async (_what, rules, isRead) => {
  const { ask, events } = asks(rules);
  await ask(hookRequestOf("data", { login: "ann", raw: RAW }));
  const told = events.map((event) => event.kind === "decided" && Object.keys(event.facts).includes("bodyAnomalies"));
  expect(told).toEqual([isRead]);
});

describe("edits", () => {
  const tag: Edit = { kind: "add-header", name: "X-Tag", value: "1" };

  it("are modifications at DATA", async () => {
    const { ask } = asks([seesHeaders([tag, { kind: "change-header", name: "Subject", occurrence: 1, value: "bye" }])]);
    expect(await ask(hookRequestOf("data", { raw: RAW }))).toMatchObject({
      action: "accept",
      modifications: [
        { type: "changeHeader", index: 1, name: "Subject", value: "bye" },
        { type: "addHeader", name: "X-Tag", value: "1" },
      ],
    });
  });

  it("wait for DATA at the stages before, where Stalwart would drop them", async () => {
    const { ask } = asks([rule("tags", ["envelopeFrom"], () => pass("ok", [tag]))]);
    const answer = await ask(hookRequestOf("mail"));
    expect(answer).toMatchObject({ action: "accept" });
    expect(answer).not.toHaveProperty("modifications");
  });

  it("that cannot be made defer, and are told to the log", async () => {
    const quarantine: Edit = { kind: "quarantine", reason: "odd" };
    const { ask, events } = asks([seesHeaders([tag, quarantine])]);
    expect(await ask(hookRequestOf("data", { raw: RAW }))).toMatchObject(TEMPFAIL);
    expect(events).toMatchObject([{ kind: "decided" }, { kind: "edits-unmade", edits: [tag, quarantine] }]);
  });
});

describe("fails closed, whatever Stalwart does on errors", () => {
  const json = { "content-type": "application/json" };
  it.each<readonly [what: string, body: BodyInit, headers: Record<string, string>, status: number]>([
    ["no JSON", "{", json, 400],
    ["no UTF-8", Uint8Array.of(0x22, 0xff, 0x22), json, 400],
    ["another media type", "{}", { "content-type": "text/plain" }, 415],
    ["a compressed body", "{}", { ...json, "content-encoding": "gzip" }, 415],
    ["a body over the limit", JSON.stringify({ x: "x".repeat(2000) }), json, 413],
    ["no hook", "{}", json, 422],
  ])("%s", async (_what, body, headers, status) => {
    const { askRaw, events } = asks([ownsEnvelope], { maxBodyBytes: 1500 });
    expect(await askRaw(body, headers)).toEqual({ status: 200, ...TEMPFAIL });
    expect(events).toMatchObject([{ kind: "refused", problem: { status } }]);
  });

  it("an error of ours", async () => {
    const guard = { ...createGuard({ rules: [ownsEnvelope] }), decide: () => Promise.reject(new Error("broken")) };
    const { ask } = asks([ownsEnvelope], { guard: { ...guard, within: () => guard } });
    expect(await ask(hookRequestOf("data", { login: "ann", raw: RAW }))).toEqual({ status: 200, ...TEMPFAIL });
  });

  it("any JSON that is no request, and any request with one value of another type or gone", async () => {
    const { ask } = asks([rule("accepts", ["listener"], () => pass())]);
    const required = [
      ["context"],
      ["context", "stage"],
      ["context", "client"],
      ["context", "client", "ip"],
      ["context", "protocol"],
      ["context", "protocol", "version"],
      ["envelope"],
      ["envelope", "from"],
      ["envelope", "from", "address"],
      ["envelope", "to"],
      ["envelope", "to", 0],
      ["envelope", "to", 0, "address"],
      ["message"],
      ["message", "headers"],
      ["message", "headers", 0],
      ["message", "headers", 0, 1],
      ["message", "contents"],
      ["message", "size"],
    ] as const;
    const wrong = (value: unknown) => fc.jsonValue().filter((other) => typeof other !== typeof value);
    const spoilt = fc.constantFrom(...required).chain((path) => {
      const request = structuredClone(requests.data);
      let parent: Record<string | number, unknown> = request as never;
      for (const key of path.slice(0, -1)) parent = parent[key] as Record<string | number, unknown>;
      const key = path.at(-1)!;
      return fc.option(wrong(parent[key])).map((value) => {
        if (value === null) delete parent[key];
        else parent[key] = value;
        return structuredClone(request);
      });
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(spoilt, fc.jsonValue()), async (request) => {
        expect(await ask(request)).toEqual({ status: 200, ...TEMPFAIL });
      }),
    );
  });
});

it("never answers what Stalwart would pass over, and never more than it reads", async () => {
  const edit = fc.constantFrom<Edit>(
    { kind: "quarantine", reason: "x" },
    { kind: "add-header", name: "X", value: "1" },
    { kind: "delete-header", name: "From", occurrence: 1 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("accept", "reject", "defer"),
      fc.array(edit, { maxLength: 3 }),
      fc.string(),
      fc.constantFrom("connect", "ehlo", "auth", "mail", "rcpt", "data"),
      async (action, edits, text, stage) => {
        const decision = {
          action,
          code: "x",
          edits,
          findings: [],
          observed: [],
          ...(action === "accept" ? {} : { reply: { code: action === "reject" ? 550 : 450, enhanced: "5.7.1", text } }),
        };
        const guard = {
          ...createGuard({ rules: [ownsEnvelope] }),
          decide: () => decision,
          begin: () => ({ learn: () => decision }),
        };
        const { ask } = asks([ownsEnvelope], { guard: { ...guard, within: () => guard } as never });
        const answer = await ask(hookRequestOf(stage, stage === "data" ? { raw: RAW } : {}));
        expect(["accept", "reject"]).toContain(answer.action);
        if (action !== "accept" || (stage === "data" && edits.some(({ kind }) => kind === "quarantine")))
          expect(answer.action).toBe("reject");
        if (answer.action === "reject") {
          const { status, message } = answer.response as { status: number; message: string };
          expect(status >= 400 && status < 600).toBe(true);
          expect(message).toMatch(/^[\x20-\x7e]*$/);
        }
      },
    ),
  );
});
