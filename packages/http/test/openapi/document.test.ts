import { createHash } from "node:crypto";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { STYLE, STYLE_HASH } from "../../src/openapi/page.js";
import { get, handlerOf } from "../support/handlers.js";

const handler = handlerOf();

describe("GET /openapi.json", () => {
  it("is an OpenAPI 3.1 document whose references all lead somewhere", async () => {
    const response = await handler(get("/openapi.json"));
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/json"]);
    const validator = new Validator();
    const document = await response.json();
    expect(await validator.validate(structuredClone(document))).toMatchObject({ valid: true });
    expect(validator.version).toBe("3.1");
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(10);
    for (const [, name = ""] of references) expect(document.components.schemas).toHaveProperty(name);
  });

  it("describes what is served", async () => {
    const { paths } = await (await handler(get("/openapi.json"))).json();
    expect(Object.keys(paths)).toEqual([
      "/v1/check",
      "/v1/explain",
      "/v1/check/batch",
      "/v1/who/{address}",
      "/v1/may/{login}",
      "/mta-hooks",
      "/checkv2",
      "/healthz",
      "/readyz",
      "/metrics",
    ]);
  });
});

describe("GET /docs", () => {
  it("is a page of its own: no script, nothing from elsewhere, and a policy that says so", async () => {
    const response = await handler(get("/docs"));
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(response.headers.get("content-security-policy")).toBe(
      `default-src 'none'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    const page = await response.text();
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\bon\w+=|https?:\/\//);
    expect(page).toContain(`<style>${STYLE}</style>`);
  });

  it("lets its own style in", () => {
    expect(STYLE_HASH).toBe(`sha256-${createHash("sha256").update(STYLE).digest("base64")}`);
  });

  it("shows each operation with its answers, and every link leads somewhere", async () => {
    const { paths } = await (await handler(get("/openapi.json"))).json();
    const page = await (await handler(get("/docs"))).text();
    for (const path of Object.keys(paths)) expect(page).toContain(path);
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const links = [...page.matchAll(/href="#([^"]*)"/g)].map(([, to]) => to);
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((to) => !ids.includes(to))).toEqual([]);
  });
});
