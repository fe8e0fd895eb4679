import { LIST_BLIND_TO } from "@fromguard/core";
import { type HttpRequest, openHttp, whole } from "./http-client.js";
import { LATER, NOT_OWNED, type Outcome, type SurfaceKind } from "./surface.js";
import { EDITS, FACTS, RECIPIENT, type Transaction } from "./transactions.js";

const CLIENT = { client: "127.0.0.1", helo: "client.test", listener: "api", recipients: [RECIPIENT] };
const JSON_TYPE = { "content-type": "application/json" };

function check(
  form: string,
  request: (one: Transaction) => HttpRequest | undefined,
  seen: Pick<SurfaceKind, "sees" | "blindTo">,
): SurfaceKind {
  return {
    name: `HTTP \`/v1/check\`, ${form}`,
    ...seen,
    refusal: `200 reject 553 5.7.1 ${NOT_OWNED}`,
    deferral: `200 defer 451 4.3.0 ${LATER}`,
    edits: EDITS.map(({ kind }) => kind),
    open: (policy) => openHttp(policy, "/v1/check", request, outcomeOf),
  };
}

function json(one: Transaction, message: object): HttpRequest {
  const { login, envelopeFrom } = one;
  return { headers: JSON_TYPE, body: Buffer.from(JSON.stringify({ ...CLIENT, login, envelopeFrom, ...message })) };
}

function outcomeOf(status: number, answer: Answer): Outcome {
  const { action, reply } = answer;
  const text = reply === null ? "" : ` ${reply.code} ${reply.enhanced} ${reply.text}`;
  return { action, shown: `${status} ${action}${text}` };
}

interface Answer extends Pick<Outcome, "action"> {
  readonly reply: { readonly code: number; readonly enhanced: string; readonly text: string } | null;
}

const encoded = (text: string) => encodeURIComponent(text);

/** `POST /v1/check` in each of its forms. */
export const httpForms: readonly SurfaceKind[] = [
  check("base64 in JSON", (one) => json(one, { message: one.octets.toString("base64") }), whole),
  check("list of fields", (one) => (one.fields === undefined ? undefined : json(one, { headers: one.fields })), {
    sees: FACTS.filter((fact) => fact !== "bodyAnomalies"),
    blindTo: LIST_BLIND_TO,
  }),
  check(
    "`message/rfc822`",
    ({ login, envelopeFrom, octets }) => ({
      headers: {
        "content-type": "message/rfc822",
        ...(login === null ? {} : { "fromguard-login": encoded(login) }),
        "fromguard-envelope-from": encoded(envelopeFrom),
        "fromguard-recipients": encoded(RECIPIENT),
        "fromguard-client": CLIENT.client,
        "fromguard-helo": CLIENT.helo,
        "fromguard-listener": CLIENT.listener,
      },
      body: octets,
    }),
    whole,
  ),
];
