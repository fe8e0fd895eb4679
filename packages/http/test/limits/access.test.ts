import { describe, expect, it } from "vitest";
import type { HttpEvent, Token } from "../../src/index.js";
import { bearer, FORGED, get, HONEST, handlerOf, JSON_TYPE, post, secretOf, token } from "../support/handlers.js";

const TOKENS = [
  token("mta", "check"),
  token("desk", "check", "evidence", "list"),
  token("monitor", "metrics"),
] as const;
const metrics = { contentType: "text/plain", text: async () => "up 1\n" };

function check(headers: Readonly<Record<string, string>>, body: object = HONEST, path = "/v1/check") {
  return post(path, JSON.stringify(body), { ...JSON_TYPE, ...headers });
}

async function told(response: Response) {
  return { status: response.status, headers: [...response.headers], body: await response.text() };
}

describe("with tokens", () => {
  const handler = handlerOf({ tokens: () => TOKENS, metrics });

  it.each([
    ["mta", 200, 403, 403],
    ["desk", 200, 404, 403],
    ["monitor", 403, 403, 200],
    ["nobody", 401, 401, 401],
  ])("%s may ask what it has a right to", async (name, checked, listed, counted) => {
    const statuses = [];
    for (const request of [check(bearer(name)), get("/v1/who/a@b.test", bearer(name)), get("/metrics", bearer(name))])
      statuses.push((await handler(request)).status);
    expect(statuses).toEqual([checked, listed, counted]);
  });

  it.each(["/healthz", "/readyz", "/openapi.json", "/docs"])("anybody may ask for %s", async (path) => {
    expect((await handler(get(path))).status).toBe(200);
  });

  it("a stranger learns nothing: each refusal is the same in every octet", async () => {
    const withoutToken = [
      "",
      "Bearer",
      "Basic YTpi",
      `Bearer ${secretOf("mta")}x`,
      `Bearer ${secretOf("mta").slice(1)}`,
    ];
    const requests = withoutToken.flatMap((authorization) => {
      const headers: Record<string, string> = authorization === "" ? {} : { authorization };
      return [
        check(headers),
        check(headers, FORGED),
        check(headers, { nonsense: 1 }),
        check(headers, HONEST, "/v1/explain"),
        check(headers, HONEST, "/v1/check/batch"),
        get("/v1/who/ann@example.com", headers),
        get("/v1/who/no-such@example.com", headers),
        get("/v1/who/nonsense", headers),
        get("/v1/may/ann", headers),
        get("/v1/may/nobody", headers),
      ];
    });
    const answers = [];
    for (const request of requests) answers.push(JSON.stringify(await told(await handler(request))));
    expect(answers).toHaveLength(50);
    expect(new Set(answers).size).toBe(1);
    expect(JSON.parse(answers[0] ?? "")).toMatchObject({ status: 401 });
  });

  it("who has no right to list gets one refusal for every address and login", async () => {
    const paths = ["/v1/who/ann@example.com", "/v1/who/no-such@example.com", "/v1/who/x", "/v1/may/ann", "/v1/may/zz"];
    const answers = [];
    for (const path of paths) answers.push(JSON.stringify(await told(await handler(get(path, bearer("mta"))))));
    expect(new Set(answers).size).toBe(1);
  });

  it.each(["/v1/check", "/v1/explain"])("evidence on %s is for a token with that right", async (path) => {
    const texts = [];
    for (const name of ["mta", "desk"]) texts.push(await (await handler(check(bearer(name), FORGED, path))).text());
    expect(texts.map((text) => text.includes("the-real-owner"))).toEqual([false, true]);
    expect(texts.map((text) => JSON.parse(text).code)).toEqual(["envelope-not-owned", "envelope-not-owned"]);
  });

  it.each(["/v1/check", "/v1/explain", "/v1/check/batch"])(
    "what an exception says is on %s for a token with the right to evidence",
    async (path) => {
      const type = { "content-type": path.endsWith("batch") ? "application/x-ndjson" : "application/json" };
      const eve = JSON.stringify({ ...HONEST, login: "eve" });
      const texts = [];
      for (const name of ["mta", "desk"])
        texts.push(await (await handler(post(path, eve, { ...type, ...bearer(name) }))).text());
      texts.push(await (await handlerOf()(post(path, eve, type))).text());
      expect(texts.map((text) => text.includes("database down"))).toEqual([false, true, false]);
      expect(texts.map((text) => JSON.parse(text).code)).toEqual(["rule-failed", "rule-failed", "rule-failed"]);
    },
  );

  it("the scheme is taken in any case", async () => {
    expect((await handler(check({ authorization: `bEARER ${secretOf("mta")}` }))).status).toBe(200);
  });

  it("a secret that is too short opens nothing, and neither does none", async () => {
    const short = handlerOf({
      tokens: () => [
        { name: "s", secret: "short", rights: ["check"] },
        { name: "e", secret: "", rights: ["check"] },
      ],
    });
    for (const authorization of ["Bearer short", "Bearer ", "Bearer"])
      expect((await short(check({ authorization }))).status).toBe(401);
  });

  it("can be rotated: both open for a while, then the new one alone", async () => {
    let tokens: readonly Token[] = [token("old", "check")];
    const rotating = handlerOf({ tokens: () => tokens });
    const statuses = async () => {
      const found = [];
      for (const name of ["old", "new"]) found.push((await rotating(check(bearer(name)))).status);
      return found;
    };
    expect(await statuses()).toEqual([200, 401]);
    tokens = [...tokens, token("new", "check")];
    expect(await statuses()).toEqual([200, 200]);
    tokens = [token("new", "check")];
    expect(await statuses()).toEqual([401, 200]);
    tokens = [];
    expect(await statuses()).toEqual([401, 401]);
  });

  it("tells the log whom it refused", async () => {
    const events: HttpEvent[] = [];
    const telling = handlerOf({
      tokens: () => TOKENS,
      onEvent: (event) => events.push(event),
      clientAddress: () => "192.0.2.7",
    });
    await telling(check({}));
    expect(events).toMatchObject([{ kind: "refused", problem: { status: 401 }, address: "192.0.2.7" }]);
  });
});

describe("without tokens", () => {
  it("everybody may ask for decisions and metrics, and nobody for owners", async () => {
    const handler = handlerOf({ metrics });
    const statuses = [];
    for (const request of [check({}), get("/metrics"), get("/v1/who/a@b.test"), get("/v1/may/ann")])
      statuses.push((await handler(request)).status);
    expect(statuses).toEqual([200, 200, 401, 401]);
    expect(await (await handler(check({}, FORGED, "/v1/explain"))).text()).not.toContain("the-real-owner");
  });
});
