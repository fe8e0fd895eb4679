import type { Answer, Incoming } from "@fromguard/http";
import type { Listener } from "@fromguard/node";
import { type HttpServerOptions, serveHttp } from "../serve/http-server.js";
import type { Exposition } from "./metrics.js";

/** Serves `GET /metrics` and nothing else, within the limits of the HTTP listener. */
export function serveMetrics(exposition: Exposition, options: Omit<HttpServerOptions, "handler">): Promise<Listener> {
  return serveHttp({ ...options, handler: (incoming) => answer(exposition, incoming) });
}

async function answer(exposition: Exposition, { method, path }: Incoming): Promise<Answer> {
  if (path !== "/metrics") return { status: 404, headers: PLAIN, body: "not found: /metrics is here\n" };
  if (method !== "GET" && method !== "HEAD") {
    return { status: 405, headers: { ...PLAIN, allow: "GET, HEAD" }, body: "only GET\n" };
  }
  const headers = { "content-type": exposition.contentType };
  return { status: 200, headers, body: method === "HEAD" ? null : await exposition.text() };
}

const PLAIN = { "content-type": "text/plain; charset=utf-8" };
