import { z } from "zod";

const holding = z
  .strictObject({
    login: z.string(),
    address: z
      .string()
      .describe(
        "An address, `@domain` for all at it, `@*.domain` for all below it, or a pattern in the words of its source.",
      ),
    right: z.enum(["send-as", "send-on-behalf"]),
    source: z.string().optional(),
    file: z.string().optional(),
    line: z.int().min(1).optional(),
    key: z.string().optional(),
    pattern: z.string().optional(),
    result: z.string().optional(),
    path: z.array(z.string()).optional().describe("The statements on the way from the login to the address."),
  })
  .meta({ id: "Holding" });

/** Who may send as an address, or as what a login may send. */
export const listingSchema = z
  .strictObject({
    holdings: z.array(holding),
    gaps: z
      .array(z.strictObject({ source: z.string(), code: z.string(), cause: z.string() }))
      .describe("What could not be asked or listed: where there is one, the list may lack something."),
  })
  .meta({ id: "Listing" });
