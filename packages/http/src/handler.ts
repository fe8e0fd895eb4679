import {
  checkLimits,
  type Decision,
  decisionToJson,
  type FactName,
  type Facts,
  type Guard,
  type MessageLimits,
  parseTransaction,
  printable,
} from "@fromguard/core";
import { readJson } from "./body.js";
import { type Problem, problemResponse } from "./problem.js";

/** What a handler tells the log. */
export type HttpEvent =
  /** A transaction was decided. */
  | { readonly kind: "decided"; readonly decision: Decision; readonly facts: Partial<Facts> }
  /** A request was refused, the fault being the client's. */
  | { readonly kind: "refused"; readonly problem: Problem }
  /** A request failed, the fault being ours; it was answered 503. */
  | { readonly kind: "failed"; readonly cause: unknown };

/** Options of {@link createHandler}. */
export interface HandlerOptions {
  readonly guard: Guard;
  /** Octets of a request body. Default {@link MAX_BODY_BYTES}; a message in base64 takes four octets for three. */
  readonly maxBodyBytes?: number;
  /** Within which messages are read. Default `MESSAGE_LIMITS` of core. */
  readonly readLimits?: Partial<MessageLimits>;
  /** Told of each request, as it is answered. What it throws is ignored. */
  readonly onEvent?: (event: HttpEvent) => void;
}

/** The default of {@link HandlerOptions.maxBodyBytes}: 64 MiB. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Any fact may come in a request; a rule whose fact did not come is `unknown`, and the guard defers. */
const FACTS: readonly FactName[] = [
  "login",
  "authorisation",
  "localUser",
  "client",
  "helo",
  "listener",
  "envelopeFrom",
  "recipients",
  "headers",
  "bodyAnomalies",
];

type Route = (request: Request) => Promise<Response>;

/**
 * Makes a standard fetch handler for a guard: it runs wherever `Request` and `Response` are.
 *
 * `POST /v1/check` takes a transaction (see `parseTransaction`) and answers the decision (see `decisionToJson`), always with
 * 200: a refusal of the mail is an answer, not an error. `POST /v1/explain` adds the trace. `GET /healthz` answers
 * `{"status":"ok"}`. Everything else is a problem (RFC 9457): 400 no JSON, 404, 405 with `Allow`, 413 body over the limit,
 * 415 another media type, 422 JSON that is no transaction, 503 an error of ours.
 *
 * It authenticates nobody, and evidence may list the owners of an address: serve it where only the mail server can ask.
 * The time that a client may take for its body is the host's to limit. Never rejects.
 *
 * @throws FromguardError `FG_POLICY_INVALID` as `guard.within`, and for a limit that is none.
 */
export function createHandler(options: HandlerOptions): (request: Request) => Promise<Response> {
  const { maxBodyBytes = MAX_BODY_BYTES, readLimits = {}, onEvent } = options;
  checkLimits(readLimits);
  const guard = options.guard.within({ name: "HTTP", facts: FACTS });

  const tell = (event: HttpEvent) => {
    try {
      onEvent?.(event);
    } catch {
      // A log that fails must not turn a decision into an error.
    }
  };
  const refuse = (problem: Problem) => {
    tell({ kind: "refused", problem });
    return problemResponse(problem);
  };

  const judge =
    (explain: boolean): Route =>
    async (request) => {
      const body = await readJson(request, maxBodyBytes);
      if (!body.ok) return refuse(body.problem);
      const parsed = parseTransaction(body.json, { readLimits });
      if (!parsed.ok) return refuse({ status: 422, detail: parsed.error });
      const { facts } = parsed;
      const { signal } = request;
      const { decision, trace } = explain
        ? await guard.explain(facts, { signal })
        : { decision: await guard.decide(facts, { signal }), trace: undefined };
      const response = jsonResponse(decisionToJson(decision, trace, facts.headers));
      tell({ kind: "decided", decision, facts });
      return response;
    };

  const post = { check: judge(false), explain: judge(true) };
  const health: Route = async ({ method }) => (method === "HEAD" ? new Response(null) : jsonResponse({ status: "ok" }));
  const routes = new Map<string, Readonly<Record<string, Route>>>([
    ["/v1/check", { POST: post.check }],
    ["/v1/explain", { POST: post.explain }],
    ["/healthz", { GET: health, HEAD: health }],
  ]);

  return async (request) => {
    try {
      const methods = routes.get(new URL(request.url).pathname);
      if (methods === undefined) return refuse({ status: 404, detail: "there is no such resource" });
      const route = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
      if (route !== undefined) return await route(request);
      const allow = Object.keys(methods).join(", ");
      return refuse({
        status: 405,
        detail: `${printable(request.method, 20)} is not allowed here; try ${allow}`,
        allow,
      });
    } catch (cause) {
      tell({ kind: "failed", cause });
      return problemResponse({ status: 503, detail: "sender verification is temporarily unavailable" });
    }
  };
}

function jsonResponse(value: unknown): Response {
  return new Response(`${JSON.stringify(value)}\n`, {
    headers: { "content-type": "application/json", "cache-control": "no-store" },
  });
}
