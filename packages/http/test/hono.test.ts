import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { expect, it, onTestFinished } from "vitest";
import { FORGED, HONEST, handlerOf, JSON_TYPE } from "./support/handlers.js";

it("answers the same on @hono/node-server as by itself: JSON, a raw message, a batch, a body over the limit", async () => {
  const handler = handlerOf({ maxBodyBytes: 2000 });
  const server = serve({ fetch: handler, port: 0, hostname: "127.0.0.1" });
  onTestFinished(async () => {
    await new Promise((resolve) => server.close(resolve));
  });
  await new Promise<void>((resolve) => server.once("listening", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const raw = { "content-type": "message/rfc822", "fromguard-login": "ann", "fromguard-envelope-from": "ann@b.test" };
  const requests: readonly (readonly [path: string, headers: Readonly<Record<string, string>>, body: string])[] = [
    ["/v1/check", JSON_TYPE, JSON.stringify(HONEST)],
    ["/v1/explain", JSON_TYPE, JSON.stringify(FORGED)],
    ["/v1/check", raw, "From: ann@b.test\r\n\r\nhi\r\n"],
    ["/v1/check/batch", { "content-type": "application/x-ndjson" }, `${JSON.stringify(HONEST)}\n{\n`],
    ["/v1/check", JSON_TYPE, " ".repeat(3000)],
    ["/v1/nothing", JSON_TYPE, "{}"],
  ];
  const statuses = [];
  for (const [path, headers, body] of requests) {
    const served = await fetch(`${base}${path}`, { method: "POST", headers, body });
    const alone = await handler(new Request(`${base}${path}`, { method: "POST", headers, body }));
    expect([served.status, await served.text()]).toEqual([alone.status, await alone.text()]);
    statuses.push(served.status);
  }
  expect(statuses).toEqual([200, 200, 200, 200, 413, 404]);
});
