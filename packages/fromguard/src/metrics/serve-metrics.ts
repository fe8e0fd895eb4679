import type { Listener } from "@fromguard/node";
import { type HttpServerOptions, serveHttp } from "../serve/http-server.js";
import type { Exposition } from "./metrics.js";

/** Serves `GET /metrics` and nothing else, within the limits of the HTTP listener. */
export function serveMetrics(exposition: Exposition, options: Omit<HttpServerOptions, "handler">): Promise<Listener> {
  return serveHttp({ ...options, handler: (request) => answer(exposition, request) });
}

async function answer(exposition: Exposition, { method, url }: Request): Promise<Response> {
  if (new URL(url).pathname !== "/metrics") return new Response("not found: /metrics is here\n", { status: 404 });
  if (method !== "GET" && method !== "HEAD") {
    return new Response("only GET\n", { status: 405, headers: { allow: "GET, HEAD" } });
  }
  const headers = { "content-type": exposition.contentType };
  return new Response(method === "HEAD" ? null : await exposition.text(), { headers });
}
