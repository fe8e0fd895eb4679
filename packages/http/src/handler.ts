import { checkLimits, FACT_NAMES, printable } from "@fromguard/core";
import type { Answer, Incoming } from "./exchange.js";
import { incomingOf, responseOf } from "./fetch.js";
import { admission } from "./limits/admission.js";
import { type HandlerOptions, MAX_BODY_BYTES } from "./options.js";
import { problemAnswer } from "./problem.js";
import type { Problem } from "./problem-details.js";
import { routesOf } from "./routes.js";
import type { HttpEvent, Service } from "./service.js";
import { routeTable } from "./table.js";

/** Options of {@link createHandler}. */
export interface FetchOptions extends HandlerOptions {
  /** The address of the client of a request, for limits: a `Request` has none. Default: all clients are one. */
  readonly clientAddress?: (request: Request) => string | undefined;
}

/**
 * Makes a standard fetch handler for a guard: it runs wherever `Request` and `Response` are.
 *
 * `/openapi.json` and `/docs` list what it answers. A refusal of the mail is an answer with the status 200; every other status is a
 * problem (RFC 9457), and whoever asks must take it for a deferral. The time that a client may take for its body is the host's to
 * limit. Never rejects.
 *
 * @throws FromguardError `FG_POLICY_INVALID` as `guard.within`, and for a limit that is none.
 */
export function createHandler(options: FetchOptions): (request: Request) => Promise<Response> {
  const { clientAddress } = options;
  const exchange = createExchange(options);
  return async (request) => responseOf(await exchange(incomingOf(request, clientAddress?.(request))));
}

/**
 * {@link createHandler} for a host with requests and responses of its own: what is answered is the same.
 *
 * @throws FromguardError as createHandler
 */
export function createExchange(options: HandlerOptions): (incoming: Incoming) => Promise<Answer> {
  const { now = Date.now, onEvent } = options;
  const admit = admission({ ...options, now });
  const tell = (event: HttpEvent) => {
    try {
      onEvent?.(event);
    } catch {
      // A log that fails must not turn a decision into an error.
    }
  };
  const service = serviceOf(options, tell);
  const find = routeTable(routesOf(service));

  const answerOf = (incoming: Incoming, found: ReturnType<typeof find>): Answer | Promise<Answer> => {
    if (found.kind === "none") return problemAnswer({ status: 404, detail: "there is no such resource" });
    if (found.kind === "other-methods") {
      const { allow } = found;
      const detail = `${printable(incoming.method, 20)} is not allowed here; try ${allow}`;
      return problemAnswer({ status: 405, detail, allow });
    }
    const { route, parameter } = found;
    const admitted = admit(incoming, route.needs);
    if (!admitted.ok) return (route.refusal ?? problemAnswer)(admitted.problem);
    return route.answer(incoming, { parameter, rights: admitted.rights, another: admitted.another });
  };

  return async (incoming) => {
    let refusal: (problem: Problem) => Answer = problemAnswer;
    try {
      const found = find(incoming);
      if (found.kind === "route") refusal = found.route.refusal ?? problemAnswer;
      const answer = await answerOf(incoming, found);
      if (answer.problem !== undefined) tell({ kind: "refused", problem: answer.problem, address: incoming.address });
      return incoming.method === "HEAD" ? { ...answer, body: null } : answer;
    } catch (cause) {
      return refusal(service.failed(cause));
    }
  };
}

function serviceOf(options: HandlerOptions, tell: (event: HttpEvent) => void): Service {
  const { guard, maxBodyBytes = MAX_BODY_BYTES, readLimits = {}, directory, isReady = () => true, metrics } = options;
  checkLimits(readLimits);
  return {
    // Any fact may come in a request; a rule whose fact did not come is `unknown`, and the guard defers.
    guard: guard.within({ name: "HTTP", facts: FACT_NAMES }),
    maxBodyBytes,
    readLimits,
    directory,
    isReady,
    metrics,
    failed: (cause) => {
      tell({ kind: "failed", cause });
      return { status: 503, detail: "sender verification is temporarily unavailable" };
    },
    refused: (problem) => tell({ kind: "refused", problem, address: undefined }),
    decided: (decision, facts) => tell({ kind: "decided", decision, facts }),
    editsUnmade: (edits) => tell({ kind: "edits-unmade", edits }),
  };
}
