import { readJson } from "../body.js";
import { type Answer, type Incoming, jsonAnswer } from "../exchange.js";
import type { Problem } from "../problem-details.js";
import type { Route } from "../route.js";
import { messageOptions, type Service } from "../service.js";
import { MTA_HOOK } from "./operation.js";
import { readHookRequest } from "./request.js";
import { hookResponse, TEMPFAIL } from "./response.js";

/**
 * `POST /mta-hooks`: the MTA Hooks of Stalwart.
 *
 * Whatever cannot be read is answered 200 with a rejection of class 4, not with a problem: a hook that is set to let mail pass when it
 * fails (`tempFailOnError: false`) lets it pass on every other status.
 */
export function mtaHookRoutes(service: Service): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/mta-hooks",
      needs: "check",
      operation: MTA_HOOK,
      refusal: tempfail,
      answer: (incoming) => judge(incoming, service),
    },
  ];
}

async function judge(incoming: Incoming, service: Service): Promise<Answer> {
  const body = await readJson(incoming, service.maxBodyBytes);
  if (!body.ok) return tempfail(body.problem);
  const request = readHookRequest(body.json, messageOptions(service));
  if (!request.ok) return tempfail({ status: 422, detail: request.error });
  const { stage, facts } = request;
  const { guard } = service;
  // Only at the last stage is a fact that is missing one that never comes, so that its rule defers.
  const decision = stage === "data" ? await guard.decide(facts, incoming) : await guard.begin().learn(facts, incoming);
  const { response, unmade } = hookResponse(decision, stage, facts);
  service.decided(decision, facts);
  if (unmade) service.editsUnmade(decision.edits);
  return jsonAnswer(response);
}

function tempfail(problem: Problem): Answer {
  return { ...jsonAnswer(TEMPFAIL), problem };
}
