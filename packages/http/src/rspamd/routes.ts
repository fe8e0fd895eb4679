import { messageFacts } from "@fromguard/core";
import { readSent } from "../body.js";
import { type Answer, type Incoming, jsonAnswer } from "../exchange.js";
import { problemAnswer } from "../problem.js";
import type { Problem } from "../problem-details.js";
import type { Call, Route } from "../route.js";
import { messageOptions, type Service } from "../service.js";
import { CHECKV2 } from "./operation.js";
import { checkReply, softReject } from "./reply.js";
import { readCheckRequest } from "./request.js";
import { decompress } from "./zstd.js";

/** How Rspamd's clients say that a message is compressed; the second is of old ones. */
const ENCODING_FIELDS = ["content-encoding", "compression"] as const;

/**
 * `POST /checkv2`: the protocol of Rspamd's clients. The body is the message, also compressed by zstd.
 *
 * A problem has its status, and in the body beside `error` a soft reject: a client that looks at the JSON alone, as Haraka's plug-in, would
 * take any other for leave to pass the mail.
 */
export function rspamdRoutes(service: Service): readonly Route[] {
  const path = "/checkv2";
  return [
    {
      method: "POST",
      path,
      needs: "check",
      operation: CHECKV2,
      refusal: refuse,
      answer: (incoming, call) => judge(incoming, call, service),
    },
    // Rspamd's proxy asks so where it takes the upstream to be on its own host.
    { method: "GET", path, needs: "check", refusal: refuse, answer: () => refuse(NO_MESSAGE) },
  ];
}

const NO_MESSAGE: Problem = {
  status: 405,
  detail: "a message must be sent; an Rspamd proxy sends none to an upstream on a loopback address",
  allow: "POST",
};

async function judge(incoming: Incoming, { rights }: Call, service: Service): Promise<Answer> {
  const request = readCheckRequest(incoming);
  if (!request.ok) return refuse({ status: 422, detail: request.error });
  const body = await readBody(incoming, service.maxBodyBytes);
  if (!body.ok) return refuse(body.problem);
  const { guard } = service;
  const { facts } = request;
  Object.assign(facts, messageFacts(body.octets, messageOptions(service)));
  const decision = request.options.passAll
    ? (await guard.explain(facts, incoming)).decision
    : await guard.decide(facts, incoming);
  const { reply, unmade } = checkReply(decision, facts, request.options, rights.has("evidence"));
  service.decided(decision, facts);
  if (unmade) service.editsUnmade(decision.edits);
  return jsonAnswer(reply);
}

async function readBody(incoming: Incoming, maxBytes: number): ReturnType<typeof readSent> {
  const encodings = new Set(ENCODING_FIELDS.map((name) => incoming.header(name)?.toLowerCase() ?? "identity"));
  encodings.delete("identity");
  const body = await readSent(incoming, maxBytes);
  if (!body.ok || encodings.size === 0) return body;
  const problem = (status: Problem["status"], detail: string) => ({ ok: false as const, problem: { status, detail } });
  if (encodings.size > 1 || !encodings.has("zstd")) return problem(415, "a compressed message must be zstd");
  const decompressed = decompress(body.octets, maxBytes);
  if (decompressed.ok) return decompressed;
  return decompressed.fault === "over-limit"
    ? problem(413, `the message is over a limit; decompressed it may have ${maxBytes} octets`)
    : problem(400, "the message is not whole frames of zstd without a dictionary");
}

function refuse(problem: Problem): Answer {
  const { body } = jsonAnswer({ ...softReject(), error: problem.detail });
  const answer = problemAnswer(problem);
  return { ...answer, headers: { ...answer.headers, "content-type": "application/json" }, body };
}
