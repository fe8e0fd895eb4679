import { codes } from "@fromguard/core";
import { z } from "zod";

const reply = z
  .strictObject({
    code: z.int().min(400).max(599).describe("Three digits."),
    enhanced: z.string().describe("The enhanced status code (RFC 3463)."),
    text: z.string(),
  })
  .meta({ id: "Reply", description: "An SMTP reply: what the client is told." });

const edit = z
  .union([
    z.strictObject({ kind: z.enum(["add-header", "prepend-header"]), name: z.string(), value: z.string() }),
    z.strictObject({
      kind: z.literal("change-header"),
      name: z.string(),
      occurrence: z.int().min(1),
      value: z.string(),
    }),
    z.strictObject({ kind: z.literal("delete-header"), name: z.string(), occurrence: z.int().min(1) }),
    z.strictObject({ kind: z.literal("change-envelope-from"), address: z.string() }),
    z.strictObject({ kind: z.literal("quarantine"), reason: z.string() }),
  ])
  .meta({ id: "Edit", description: "A change to the message that the host is to make." });

const CODES = Object.keys(codes).join("`, `");

const found = {
  rule: z.string(),
  kind: z.enum(["pass", "skip", "fail", "unknown"]),
  code: z.string(),
  reply: reply.optional().describe("Of a `fail`: what it would answer."),
  evidence: z
    .record(z.string(), z.json())
    .optional()
    .describe("What it rests on; it may name owners, and is there only for a token with the right `evidence`."),
  cause: z
    .string()
    .optional()
    .describe("Of an `unknown`: what went wrong; it may be the text of an exception, and is there as `evidence` is."),
};

const finding = z.strictObject(found).meta({ id: "Finding" });

const traceNode: z.ZodType = z
  .strictObject({
    ...found,
    get members() {
      return z.array(traceNode);
    },
  })
  .meta({ id: "TraceNode" });

const decided = {
  action: z.enum(["accept", "reject", "defer"]),
  code: z
    .string()
    .describe(`The code that decided: \`nothing-applied\` where every rule skipped, else one of \`${CODES}\`.`),
  reply: reply.nullable().describe("Null with `accept`."),
  edits: z.array(edit),
  findings: z.array(finding).describe("In the order of the policy."),
  observed: z.array(finding).describe("Failures that refuse nothing."),
  blindTo: z
    .array(z.string())
    .optional()
    .describe("Codes that could not be seen, since the message came as a list of fields."),
};

/** A decision. */
export const decisionSchema = z.strictObject(decided).meta({ id: "Decision" });

/** A decision and how it came about. */
export const explanationSchema = z.strictObject({ ...decided, trace: z.array(traceNode) }).meta({ id: "Explanation" });
