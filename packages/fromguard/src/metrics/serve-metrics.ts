import type { Listener } from "@fromguard/node";
import { type HttpServerOptions, serveHttp } from "../serve/http-server.js";
import type { Metrics } from "./metrics.js";

/** Serves `GET /metrics` and nothing else, within the limits of the HTTP listener. */
export function serveMetrics(metrics: Metrics, options: Omit<HttpServerOptions, "handler">): Promise<Listener> {
  return serveHttp({ ...options, handler: (request) => answer(metrics, request) });
}

async function answer(metrics: Metrics, { method, url }: Request): Promise<Response> {
  if (new URL(url).pathname !== "/metrics") return new Response("not found: /metrics is here\n", { status: 404 });
  if (method !== "GET" && method !== "HEAD") {
    return new Response("only GET\n", { status: 405, headers: { allow: "GET, HEAD" } });
  }
  const headers = { "content-type": metrics.contentType };
  return new Response(method === "HEAD" ? null : await metrics.text(), { headers });
}
