import { type Answer, type Incoming, textAnswer } from "../exchange.js";
import { problemAnswer } from "../problem.js";
import type { Call, Route } from "../route.js";
import type { Service } from "../service.js";
import { decisionLines } from "./decision-line.js";
import { CHECK, EXPLAIN } from "./operations.js";
import { readTransaction } from "./read-transaction.js";

/** `POST /v1/check` and `POST /v1/explain`. */
export function checkRoutes(service: Service): readonly Route[] {
  const lineOf = decisionLines();
  const judge = async (incoming: Incoming, { rights }: Call, explain: boolean): Promise<Answer> => {
    const read = await readTransaction(incoming, service);
    if (!read.ok) return problemAnswer(read.problem);
    const { facts } = read;
    const { decision, trace } = explain
      ? await service.guard.explain(facts, incoming)
      : { decision: await service.guard.decide(facts, incoming), trace: undefined };
    const line = lineOf(decision, { trace, headers: facts.headers, evidence: rights.has("evidence") });
    service.decided(decision, facts);
    return textAnswer(line);
  };
  return [
    {
      method: "POST",
      path: "/v1/check",
      needs: "check",
      operation: CHECK,
      answer: (incoming, call) => judge(incoming, call, false),
    },
    {
      method: "POST",
      path: "/v1/explain",
      needs: "check",
      operation: EXPLAIN,
      answer: (incoming, call) => judge(incoming, call, true),
    },
  ];
}
