import { z } from "zod";
import { type Operation, problems } from "../openapi/operation.js";
import { decisionSchema } from "../schemas/decision.js";
import { problemSchema } from "../schemas/problem.js";
import { transactionSchema } from "../schemas/transaction.js";

const errorSchema = z
  .strictObject({ error: problemSchema })
  .meta({ id: "LineError", description: "The line was no transaction, or could not be judged." });

export const BATCH: Operation = {
  id: "checkBatch",
  summary: "Judge many transactions, one a line",
  description:
    "Streams: each line is answered in its order, as soon as those before it are. A line that is no transaction is answered with its error, and the others go on. Lines over the rate are answered with an error of the status 429. The schemas are those of one line.",
  request: { "application/x-ndjson": transactionSchema },
  answers: {
    200: {
      description: "One decision or error a line.",
      content: { "application/x-ndjson": z.union([decisionSchema, errorSchema]) },
    },
    ...problems(401, 403, 415, 429, 503),
  },
};
