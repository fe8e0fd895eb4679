import { z } from "zod";

/** A problem (RFC 9457). */
export const problemSchema = z
  .strictObject({
    type: z.literal("about:blank"),
    title: z.string().describe("The phrase of the status."),
    status: z.int().min(400).max(599),
    detail: z.string().describe("One sentence."),
    errors: z
      .array(
        z.strictObject({
          detail: z.string(),
          pointer: z.string().optional().describe("Where it stands in the body: a JSON pointer as a URI fragment."),
          header: z.string().optional().describe("Or in which header field of the request."),
          nearest: z.string().optional().describe("The valid name that was probably meant."),
        }),
      )
      .optional()
      .describe("At most 20 faults of what was sent."),
  })
  .meta({ id: "Problem" });
