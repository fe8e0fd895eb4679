import { decisionToJson, parseTransaction } from "@fromguard/core";
import { readJson } from "../body.js";
import { type Answer, type Incoming, jsonAnswer } from "../exchange.js";
import { problemAnswer } from "../problem.js";
import type { Route } from "../route.js";
import type { Service } from "../service.js";

/** `POST /v1/check` and `POST /v1/explain`. */
export function checkRoutes(service: Service): readonly Route[] {
  return [
    { method: "POST", path: "/v1/check", needs: "check", answer: (incoming) => judge(incoming, service, false) },
    { method: "POST", path: "/v1/explain", needs: "check", answer: (incoming) => judge(incoming, service, true) },
  ];
}

async function judge(incoming: Incoming, service: Service, explain: boolean): Promise<Answer> {
  const { guard, maxBodyBytes, readLimits } = service;
  const body = await readJson(incoming, maxBodyBytes);
  if (!body.ok) return problemAnswer(body.problem);
  const parsed = parseTransaction(body.json, { readLimits });
  if (!parsed.ok) return problemAnswer({ status: 422, detail: parsed.error });
  const { facts } = parsed;
  const { signal } = incoming;
  const options = signal === undefined ? {} : { signal };
  const { decision, trace } = explain
    ? await guard.explain(facts, options)
    : { decision: await guard.decide(facts, options), trace: undefined };
  const answer = jsonAnswer(decisionToJson(decision, trace, facts.headers));
  service.decided(decision, facts);
  return answer;
}
