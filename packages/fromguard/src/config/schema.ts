import { z } from "zod";
import { actionsSchema } from "./actions.js";
import { limitsSchema } from "./limits.js";
import { metricsSchema, nameOrId } from "./listeners.js";
import { logSchema } from "./log-schema.js";
import { loginRuleSchema } from "./login-rule.js";
import { repliesSchema } from "./replies.js";
import { suspectSchema } from "./suspect-schema.js";
import { texts } from "./values.js";

const DEFAULT_DNS_TIMEOUT_MS = 5_000;

/** The whole file. Entries of lists, and the preset, are read one by one, by the kind that each names. */
export const fileSchema = z.strictObject({
  preset: z
    .unknown()
    .optional()
    .describe(
      "Rules and settings to begin with: submission, audit, or inbound-own-domains with our-domains. Default submission where there are no rules, else none.",
    ),
  listeners: z.array(z.unknown()).min(1).optional().describe("Where MTAs ask."),
  ownership: z.array(z.unknown()).min(1).optional().describe("Sources, asked for who may send as whom."),
  combine: z
    .enum(["union", "first-match"])
    .default("union")
    .describe("How sources are one: all are asked, or the first that knows the address decides."),
  login: loginRuleSchema.optional(),
  rules: z
    .array(z.unknown())
    .min(1)
    .optional()
    .describe(
      "The policy: each must be satisfied. Beside a preset, rules of its own names replace its options, others follow behind.",
    ),
  actions: actionsSchema.prefault({}),
  "on-error": z
    .enum(["defer", "accept"])
    .default("defer")
    .describe("Where a rule cannot find out: defer the mail, or accept it (fail-open)."),
  shadow: z.boolean().default(false).describe("Decide and log everything, refuse and change nothing."),
  "trace-id": z
    .boolean()
    .default(true)
    .describe("Refusals end in a short id that the line of the decision in the log has too."),
  replies: repliesSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  log: logSchema.prefault({}),
  "account-suspect": suspectSchema.prefault({}),
  dns: z
    .strictObject({
      servers: texts.optional().describe("Asked in this order. Default: the servers of resolv.conf."),
      "timeout-ms": z
        .int()
        .min(1)
        .max(60_000)
        .default(DEFAULT_DNS_TIMEOUT_MS)
        .describe("Milliseconds for one question in all."),
      "stale-seconds": z
        .int()
        .min(0)
        .max(604_800)
        .default(0)
        .describe("Seconds after its end that an answer stands in for one that cannot be had."),
    })
    .prefault({})
    .describe("How domains are looked up."),
  metrics: metricsSchema.optional().describe("Where GET /metrics is answered; asks no password either."),
  user: nameOrId
    .optional()
    .describe(
      "Who the daemon becomes where it is started as root, once its ports are open. Default: fromguard, or nobody where the machine has no such user; root stays root.",
    ),
  group: nameOrId.optional().describe("The group that it has then. Default: that of the user."),
  workers: z
    .union([z.int().min(1).max(256), z.literal("auto")], "must be a number from 1 to 256, or auto")
    .default(1)
    .describe("Processes that serve: a number, or auto, one for each core. With 1 the daemon serves by itself."),
});
