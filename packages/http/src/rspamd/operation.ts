import { z } from "zod";
import type { Operation, Parameter } from "../openapi/operation.js";
import { refusals } from "../openapi/operation.js";
import { CHECK_FIELDS } from "./request.js";

const symbol = z
  .strictObject({ name: z.string(), score: z.number(), metric_score: z.number(), options: z.array(z.string()) })
  .meta({
    id: "RspamdSymbol",
    description: "A finding; its options say what it rests on, for a token with the right `evidence`.",
  });

const added = z.strictObject({
  value: z.string(),
  order: z.union([z.literal(-1), z.literal(0)]).describe("At the end, or on top."),
});

const milter = z
  .strictObject({
    remove_headers: z.record(z.string(), z.literal(0)).optional(),
    add_headers: z.record(z.string(), z.array(added)).optional(),
    change_from: z.string().optional(),
    reject: z.literal("quarantine").optional(),
  })
  .meta({ id: "RspamdMilter", description: "What the client is to do with the message." });

const reply = {
  is_skipped: z.literal(false),
  score: z.number(),
  required_score: z.number().describe("The score reaches it exactly where the action is `reject`."),
  action: z.enum(["no action", "soft reject", "reject"]),
  symbols: z.record(z.string(), symbol),
  messages: z.strictObject({ smtp_message: z.string().optional() }),
  milter: milter.optional(),
};

const replySchema = z.strictObject(reply).meta({ id: "RspamdReply" });
const refusalSchema = z
  .strictObject({ ...reply, action: z.literal("soft reject"), error: z.string() })
  .meta({ id: "RspamdRefusal", description: "A problem, which who looks at the action alone takes for a deferral." });

const parameters = Object.entries(CHECK_FIELDS).map(
  ([name, description]): Parameter => ({ name, in: "header", description }),
);

export const CHECKV2: Operation = {
  id: "checkv2",
  summary: "Judge one message, in the protocol of Rspamd",
  description: "The body is the message, of whatever type it is said to be, also compressed by zstd.",
  parameters,
  request: { "*/*": undefined },
  answers: {
    200: { description: "The decision in the words of Rspamd.", content: { "application/json": replySchema } },
    ...refusals({ "application/json": refusalSchema }, 400, 401, 403, 413, 415, 422, 429, 503),
  },
};
