import { decisionToJson, type Line, linesOf } from "@fromguard/core";
import { isNdjson, refuseCompressed } from "../body.js";
import { readLine } from "../check/read-transaction.js";
import type { Answer, Incoming } from "../exchange.js";
import { problemAnswer } from "../problem.js";
import { type Problem, problemToJson } from "../problem-details.js";
import type { Call, Route } from "../route.js";
import type { Service } from "../service.js";
import { inOrder } from "./in-order.js";
import { BATCH } from "./operation.js";

/** Transactions that are judged at the same time, so that one slow DNS answer does not hold up the rest; and octets of their lines. */
const IN_FLIGHT = { maxItems: 32, maxOctets: 16 * 1024 * 1024 } as const;

/** `POST /v1/check/batch`: one transaction a line, one decision or error a line, in order. */
export function batchRoutes(service: Service): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/v1/check/batch",
      needs: "check",
      operation: BATCH,
      answer: (incoming, call) => batch(incoming, call, service),
    },
  ];
}

function batch(incoming: Incoming, call: Call, service: Service): Answer {
  if (!isNdjson(incoming.header("content-type"))) {
    return problemAnswer({ status: 415, detail: "the body must be application/x-ndjson: one transaction a line" });
  }
  const compressed = refuseCompressed(incoming);
  if (compressed !== undefined) return problemAnswer(compressed);
  const chunks = incoming.chunks()[Symbol.asyncIterator]();
  const lines = linesOf({ [Symbol.asyncIterator]: () => chunks }, service.maxBodyBytes);
  const { signalled, abortAll } = leaver(incoming);
  let isFirst = true;
  const begin = (line: Line) => {
    // The request itself has been counted.
    const refused = isFirst ? undefined : call.another();
    isFirst = false;
    const octets = line.kind === "line" ? line.octets.length : 0;
    return { answer: answered(line, refused, signalled, call, service), octets };
  };
  return {
    status: 200,
    headers: { "content-type": "application/x-ndjson", "cache-control": "no-store" },
    body: inOrder(lines, begin, IN_FLIGHT, () => {
      abortAll();
      chunks.return?.().catch(() => undefined);
    }),
  };
}

async function answered(
  line: Line,
  refused: Problem | undefined,
  signalled: ReturnType<typeof leaver>["signalled"],
  call: Call,
  service: Service,
): Promise<string> {
  if (refused !== undefined) return error(refused, service);
  if (line.kind === "too-long") {
    return error({ status: 413, detail: `the line is over the limit of ${service.maxBodyBytes} octets` }, service);
  }
  const read = readLine(line.octets, service);
  if (!read.ok) return error(read.problem, service);
  const options = signalled();
  try {
    const decision = await service.guard.decide(read.facts, options);
    const evidence = call.rights.has("evidence");
    const text = `${JSON.stringify(decisionToJson(decision, undefined, read.facts.headers, { evidence }))}\n`;
    service.decided(decision, read.facts);
    return text;
  } catch (cause) {
    return error(service.failed(cause), service, false);
  } finally {
    options.done();
  }
}

/**
 * A signal for each line, made where it is read: all are aborted when the client goes, or takes no more answers. One signal for all would hold listeners of as
 * many lines as are judged, of which runtimes warn.
 */
function leaver(incoming: Incoming) {
  const open = new Set<AbortController>();
  let listens = false;
  const abortAll = () => {
    for (const line of open) line.abort();
  };
  const signalled = () => {
    const line = new AbortController();
    return {
      get signal() {
        if (!listens) incoming.signal.addEventListener("abort", abortAll);
        listens = true;
        if (incoming.signal.aborted) line.abort();
        open.add(line);
        return line.signal;
      },
      done: () => open.delete(line),
    };
  };
  return { signalled, abortAll };
}

function error(problem: Problem, service: Service, isTold = true): string {
  if (isTold) service.refused(problem);
  return `${JSON.stringify({ error: problemToJson(problem) })}\n`;
}
