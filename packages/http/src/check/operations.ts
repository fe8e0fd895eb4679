import { type Operation, type Parameter, problems } from "../openapi/operation.js";
import { decisionSchema, explanationSchema } from "../schemas/decision.js";
import { factsShape, transactionSchema } from "../schemas/transaction.js";
import { FACT_HEADERS } from "./raw-message.js";

const parameters: readonly Parameter[] = Object.entries(FACT_HEADERS).map(([key, name]) => {
  const what =
    key === "client.name"
      ? "The verified host name of the client."
      : (factsShape[key as keyof typeof factsShape].description ?? "");
  return { name, in: "header", description: `With a raw message, percent-encoded UTF-8: ${what}` };
});

const REQUEST = { "application/json": transactionSchema, "message/rfc822": undefined };
const PROBLEMS = problems(400, 401, 403, 413, 415, 422, 429, 503);

export const CHECK: Operation = {
  id: "check",
  summary: "Judge one transaction",
  description:
    "A transaction in JSON, or the message as it is with the facts in request headers. A rule whose fact is absent defers.",
  parameters,
  request: REQUEST,
  answers: {
    200: { description: "The decision.", content: { "application/json": decisionSchema } },
    ...PROBLEMS,
  },
};

export const EXPLAIN: Operation = {
  id: "explain",
  summary: "Judge one transaction and tell how",
  description: "Every rule runs, also behind a rejection.",
  parameters,
  request: REQUEST,
  answers: {
    200: { description: "The decision with its trace.", content: { "application/json": explanationSchema } },
    ...PROBLEMS,
  },
};
