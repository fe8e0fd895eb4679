import { printable } from "@fromguard/core";
import type { Answer, Incoming } from "@fromguard/http";
import type { Listener } from "@fromguard/node";
import { type HttpServerOptions, serveHttp } from "../serve/http-server.js";
import type { Exposition } from "./metrics.js";

/** Serves `GET /metrics`, `/readyz` and `/healthz`, and nothing else, within the limits of the HTTP listener. */
export function serveMetrics(exposition: Exposition, options: Omit<HttpServerOptions, "handler">): Promise<Listener> {
  return serveHttp({ ...options, handler: (incoming) => answer(exposition, incoming) });
}

async function answer(exposition: Exposition, { method, path }: Incoming): Promise<Answer> {
  if (!PATHS.includes(path)) return { status: 404, headers: PLAIN, body: `not found: ${PATHS.join(", ")} are here\n` };
  if (method !== "GET" && method !== "HEAD") {
    return { status: 405, headers: { ...PLAIN, allow: "GET, HEAD" }, body: "only GET\n" };
  }
  if (path === "/healthz") return { status: 200, headers: PLAIN, body: method === "HEAD" ? null : "ok\n" };
  if (path === "/readyz") {
    const down = await exposition.down();
    const [status, body] =
      down.length === 0 ? ([200, "ok\n"] as const) : ([503, `cannot answer: ${printable(down.join(", "))}\n`] as const);
    return { status, headers: PLAIN, body: method === "HEAD" ? null : body };
  }
  const headers = { "content-type": exposition.contentType };
  return { status: 200, headers, body: method === "HEAD" ? null : await exposition.text() };
}

const PATHS: readonly string[] = ["/metrics", "/readyz", "/healthz"];
const PLAIN = { "content-type": "text/plain; charset=utf-8" };
