import { once } from "node:events";
import { createGuard, type Rule } from "@fromguard/core";
import { serve } from "@hono/node-server";
import { onTestFinished } from "vitest";
import { createHandler, type HandlerOptions } from "../../src/index.js";

/** fromguard on a free port, as long as the test runs. */
export async function listening(
  rules: readonly Rule[],
  options: Partial<HandlerOptions> = {},
  hostname = "127.0.0.1",
): Promise<number> {
  const fetch = createHandler({ guard: createGuard({ rules }), ...options });
  const server = serve({ fetch, port: 0, hostname });
  await once(server, "listening");
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
