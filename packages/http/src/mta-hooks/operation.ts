import { z } from "zod";
import type { Operation } from "../openapi/operation.js";
import { hookRequestSchema } from "./request.js";

const modification = z
  .union([
    z.strictObject({
      type: z.literal("changeFrom"),
      value: z.string(),
      parameters: z.record(z.string(), z.null()).optional(),
    }),
    z.strictObject({ type: z.literal("addHeader"), name: z.string(), value: z.string() }),
    z.strictObject({ type: z.literal("changeHeader"), index: z.int().min(1), name: z.string(), value: z.string() }),
    z.strictObject({ type: z.literal("deleteHeader"), index: z.int().min(1), name: z.string() }),
  ])
  .meta({ id: "HookModification", description: "A change to the message, which Stalwart makes." });

const hookResponse = z
  .strictObject({
    action: z.enum(["accept", "reject"]),
    response: z
      .strictObject({ status: z.int().min(400).max(599), enhanced_status: z.string(), message: z.string() })
      .optional()
      .describe("With `reject`: what the client is told; a deferral has a status of class 4."),
    modifications: z.array(modification).optional(),
    blindTo: z.array(z.string()).optional().describe("Codes that could not be seen in what Stalwart tells."),
  })
  .meta({ id: "HookResponse" });

export const MTA_HOOK: Operation = {
  id: "mtaHook",
  summary: "Judge one stage of a transaction, as a hook of Stalwart",
  description:
    "MTA Hooks of Stalwart 0.16. Whatever cannot be read, is not allowed or fails is answered 200 with a rejection of class 4: a hook that lets mail pass when it fails would do so on any other status.",
  request: { "application/json": hookRequestSchema },
  answers: { 200: { description: "What Stalwart is to do.", content: { "application/json": hookResponse } } },
};
