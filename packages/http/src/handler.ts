import { checkLimits, type FactName, type Guard, type MessageLimits, printable } from "@fromguard/core";
import type { Answer, Incoming } from "./exchange.js";
import { incomingOf, responseOf } from "./fetch.js";
import { problemAnswer } from "./problem.js";
import type { Problem } from "./problem-details.js";
import type { Right } from "./route.js";
import { routesOf } from "./routes.js";
import type { HttpEvent, Service } from "./service.js";
import { type Found, routeTable } from "./table.js";

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

const NOBODYS_RIGHTS: ReadonlySet<Right> = new Set<Right>(["check"]);

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
  const exchange = createExchange(options);
  return async (request) => responseOf(await exchange(incomingOf(request, undefined)));
}

/**
 * {@link createHandler} for a host with requests and responses of its own: what is answered is the same.
 *
 * @throws FromguardError as createHandler
 */
export function createExchange(options: HandlerOptions): (incoming: Incoming) => Promise<Answer> {
  const { maxBodyBytes = MAX_BODY_BYTES, readLimits = {}, onEvent } = options;
  checkLimits(readLimits);
  const tell = (event: HttpEvent) => {
    try {
      onEvent?.(event);
    } catch {
      // A log that fails must not turn a decision into an error.
    }
  };
  const service: Service = {
    guard: options.guard.within({ name: "HTTP", facts: FACTS }),
    maxBodyBytes,
    readLimits,
    decided: (decision, facts) => tell({ kind: "decided", decision, facts }),
    editsUnmade: (edits) => tell({ kind: "edits-unmade", edits }),
  };
  const find = routeTable(routesOf(service));

  return async (incoming) => {
    let refusal: (problem: Problem) => Answer = problemAnswer;
    try {
      const found = find(incoming);
      if (found.kind === "route") refusal = found.route.refusal ?? problemAnswer;
      const answer = await answerOf(incoming, found);
      if (answer.problem !== undefined) tell({ kind: "refused", problem: answer.problem });
      return incoming.method === "HEAD" ? { ...answer, body: null } : answer;
    } catch (cause) {
      tell({ kind: "failed", cause });
      return refusal({ status: 503, detail: "sender verification is temporarily unavailable" });
    }
  };
}

function answerOf(incoming: Incoming, found: Found): Answer | Promise<Answer> {
  switch (found.kind) {
    case "none":
      return problemAnswer({ status: 404, detail: "there is no such resource" });
    case "other-methods": {
      const { allow } = found;
      const detail = `${printable(incoming.method, 20)} is not allowed here; try ${allow}`;
      return problemAnswer({ status: 405, detail, allow });
    }
    case "route":
      return found.route.answer(incoming, { parameter: found.parameter, rights: NOBODYS_RIGHTS });
  }
}
