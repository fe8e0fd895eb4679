import { MIN_SECRET, type Right } from "@fromguard/http";
import { z } from "zod";

const text = z.string().min(1, "must not be empty");
const file = text.describe("A file; a relative path starts from the folder of the configuration file.");

const RIGHTS = ["check", "evidence", "list", "metrics"] as const satisfies readonly Right[];

const SECRET = new RegExp(`^[\\x21-\\x7e]{${MIN_SECRET},}$`);

const token = z
  .strictObject({
    name: text.describe("How the log and the limits call it."),
    file: text.optional().describe("A file of secrets, one a line: each of them opens. Read again when it changes."),
    secret: z
      .string()
      .regex(SECRET, `must be at least ${MIN_SECRET} characters of printable ASCII without blanks`)
      .optional()
      .describe("The secret itself; a file can be rotated and kept from readers of the configuration."),
    rights: z
      .array(z.enum(RIGHTS))
      .min(1)
      .default(["check"])
      .describe("check: decisions; evidence: what they rest on; list: who may send as whom; metrics."),
  })
  .superRefine((entry, context) => {
    if ((entry.file === undefined) === (entry.secret === undefined))
      context.addIssue({ code: "custom", message: "needs file or secret, and not both" });
  });

/** Keys of an `http` listener: who may ask, over what, and how much. */
export const httpKeys = {
  tokens: z
    .array(token)
    .min(1)
    .optional()
    .describe("Bearer tokens. Without them who reaches the address may ask for decisions, and nobody for owners."),
  tls: z
    .strictObject({
      certificate: file,
      key: file,
      "client-ca": file.optional().describe("Only clients with a certificate of this authority are served."),
    })
    .optional()
    .describe("Serve HTTPS."),
  rate: z
    .strictObject({
      "per-second": z.number().min(0.01).max(1_000_000).describe("Requests a second, in the long run."),
      burst: z
        .int()
        .min(1)
        .max(1_000_000)
        .optional()
        .describe("Requests that may come at once. Default: those of one second."),
    })
    .optional()
    .describe("How often one token, or without one one client address, may ask."),
  "max-body-octets": z
    .int()
    .min(1024)
    .max(1024 * 1024 * 1024)
    .default(64 * 1024 * 1024)
    .describe("The longest body, and the longest line of a batch."),
  "batch-timeout-seconds": z
    .int()
    .min(1)
    .max(604_800)
    .default(3600)
    .describe("Seconds in which a batch must be sent and its answers taken; then the connection is closed."),
};
