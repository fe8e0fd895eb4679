import { expect, it } from "vitest";
import { get, handlerOf } from "./support/handlers.js";

it("is ready unless it is told otherwise", async () => {
  let isReady = true;
  const handler = handlerOf({ isReady: () => isReady });
  expect((await handler(get("/readyz"))).status).toBe(200);
  isReady = false;
  const response = await handler(get("/readyz"));
  expect([response.status, (await response.json()).status]).toEqual([503, 503]);
  expect((await handler(get("/healthz"))).status).toBe(200);
});

it("shows what was counted, where that is given", async () => {
  const metrics = { contentType: "text/plain; version=0.0.4", text: async () => "up 1\n" };
  const response = await handlerOf({ metrics })(get("/metrics"));
  expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
    200,
    "text/plain; version=0.0.4",
    "up 1\n",
  ]);
  expect((await handlerOf()(get("/metrics"))).status).toBe(404);
});
