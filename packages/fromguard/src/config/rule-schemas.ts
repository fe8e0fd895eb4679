import { z } from "zod";
import { stancesSchema } from "./stances.js";
import { oneOrMore, text, texts } from "./values.js";

/** What may stand below every rule. */
const common = {
  "on-error": z
    .enum(["defer", "accept"])
    .optional()
    .describe(
      "Where the rule cannot find out: defer the mail, or accept it (fail-open). Default: on-error of the policy.",
    ),
  shadow: z.boolean().default(false).describe("Decide and log, and refuse nothing."),
};

const preset = z
  .enum(["default", "strict", "lenient", "relaxed-resent"])
  .default("default")
  .describe("How forms are judged on which two verdicts are defensible (docs/rules.md).");
const judged = { preset, stances: stancesSchema.optional() };
const ourDomains = texts.describe("Domains of this server, without their subdomains.");

const target = text.describe("envelope, login (where it is an address), or one address for all.");

const cure = z
  .strictObject({
    to: target,
    "keep-claim": z
      .enum(["reply-to", "x-original-from"])
      .optional()
      .describe("Where the claimed From is kept. Default: it is dropped."),
    "remove-signatures": z.boolean().default(false).describe("Take away DKIM signatures, which the change breaks."),
  })
  .describe("Rewrite instead of refusing (docs/edits.md).");

const sender = z
  .strictObject({
    to: target,
    when: z.enum(["needed", "from-differs", "always"]).default("from-differs").describe("When a Sender is written."),
  })
  .describe("Tell in Sender who sends (docs/edits.md).");

function rule<const Shape extends z.core.$ZodLooseShape>(description: string, shape: Shape) {
  return z.strictObject({ ...shape, ...common }).describe(description);
}

/** Options of the rules by name; a rule without required options may stand as its name alone. */
export const ruleSchemas = {
  "sender-fqdn": rule("The envelope sender has a whole domain.", {
    "allow-literals": z.boolean().default(false).describe("Accept address literals such as [192.0.2.1]."),
  }),
  "domain-exists": rule("The domain of the envelope sender has an MX or address record, and accepts mail.", {}),
  "login-owns-envelope": rule("Who logged in owns the envelope sender.", {}),
  "header-originators-owned": rule("Who logged in owns every address in From, Sender, Resent fields and Author.", {
    ...judged,
    "add-sender": sender.optional(),
    cure: cure.optional(),
  }),
  "body-unambiguous": rule("The body holds no second message and no foreign inner From.", judged),
  "require-login": rule("Somebody logged in.", {}),
  "relay-only-for-login": rule("Who did not log in sends to our domains only.", { "our-domains": ourDomains }),
  "sender-domain-is-ours": rule("The envelope sender is in a domain of ours.", { "our-domains": ourDomains }),
  "postfix-restrictions": rule("What the restriction lists of a main.cf decide.", {
    "main-cf": text.describe("Postfix's configuration; a relative path starts from the folder of this file."),
    override: texts.optional().describe("NAME=VALUE: parameters that win over main.cf."),
  }),
  "sender-exists": rule("The envelope sender is in a map.", {
    senders: oneOrMore.describe("type:source, or a list of them; the first that has the address decides."),
  }),
  "owned-address-needs-login": rule("An envelope sender that somebody owns is used by a login only.", {}),
  "login-equals-senders": rule("Login, envelope sender and From are the same address.", {}),
  "envelope-header-aligned": rule("From is in the domain of the envelope sender.", {
    alignment: z
      .enum(["exact", "organisational"])
      .default("exact")
      .describe("One domain, or one registered domain by the Public Suffix List, private suffixes included."),
    "our-domains": texts
      .optional()
      .describe(
        "Domains that clients without a login may not show in From; their other mail need not be aligned then. Default: all mail must be.",
      ),
    logins: z
      .enum(["aligned", "skip"])
      .default("aligned")
      .describe("Whether From of a login must be aligned too, or is left to header-originators-owned."),
    "null-envelope": z.enum(["skip", "reject"]).default("skip").describe("What becomes of the null sender."),
  }),
  "local-originators-match-envelope": rule("Mail of a user of this machine shows in From who sends it.", judged),
  "stamp-login": rule("Tell later hops who logged in (docs/edits.md).", {
    "authserv-id": text.optional().describe("Put Authentication-Results in this name on top."),
    "pseudonym-key": text
      .optional()
      .describe("A file of at least 16 octets, read once; a relative path starts from the folder of this file."),
    field: text.optional().describe("The field of the pseudonym. Default X-Fromguard-Login."),
  }).superRefine((options, context) => {
    const hasKey = options["pseudonym-key"] !== undefined;
    if ((options["authserv-id"] === undefined) !== hasKey) {
      context.addIssue({ code: "custom", message: "needs authserv-id or pseudonym-key, and not both" });
    } else if (options.field !== undefined && !hasKey) {
      context.addIssue({ code: "custom", path: ["field"], message: "is for pseudonyms: it needs pseudonym-key" });
    }
  }),
} as const;

/** The name of a rule in the configuration. */
export type RuleName = keyof typeof ruleSchemas;
