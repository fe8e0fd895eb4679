import { z } from "zod";
import { limitsSchema } from "./limits.js";
import { metricsSchema } from "./listeners.js";
import { loginRuleSchema } from "./login-rule.js";
import { repliesSchema } from "./replies.js";
import { stancesSchema } from "./stances.js";

const text = z.string().min(1, "must not be empty");
const texts = z.array(text).min(1);
const oneOrMore = z.union([text, texts]).transform((value) => (typeof value === "string" ? [value] : value));

/** The whole file. Entries of the three lists are read one by one, by the kind that each names. */
export const fileSchema = z.strictObject({
  listeners: z.array(z.unknown()).min(1).optional(),
  ownership: z.array(z.unknown()).min(1).optional(),
  /** How the sources of ownership are one: `union` (default), or `first-match`, in which the first that knows the address decides. */
  combine: z.enum(["union", "first-match"]).optional(),
  login: loginRuleSchema.optional(),
  /** Processes that serve: a number up to 256, or `auto`, one for each core. Default 1: the daemon serves by itself. */
  workers: z.union([z.int().min(1).max(256), z.literal("auto")], "must be a number from 1 to 256, or auto").optional(),
  /** Where `GET /metrics` is answered; asks no password either. */
  metrics: metricsSchema.optional(),
  dns: z
    .strictObject({
      /** Asked in this order; default: the servers of resolv.conf. */
      servers: texts.optional(),
      /** Milliseconds for one question in all, from 1 to 60,000; default 5,000. */
      "timeout-ms": z.int().min(1).max(60_000).optional(),
      /** Seconds after its end that an answer stands in for one that cannot be had, up to 7 days; default 0: not at all. */
      "stale-seconds": z.int().min(0).max(604_800).optional(),
    })
    .optional(),
  rules: z.array(z.unknown()).min(1).optional(),
  replies: repliesSchema.optional(),
  limits: limitsSchema.optional(),
});

const onFailure = {
  /** Where the source cannot answer: `unknown` (default) defers, `ignore` goes on as if it knew nothing. */
  "on-failure": z.enum(["unknown", "ignore"]).optional(),
};

/** Kinds of sources of ownership. */
export const ownershipSchemas = {
  "login-map": z.strictObject({
    /** `type:source`, or a list in which the first map with an answer wins, as in `smtpd_sender_login_maps`. */
    "login-map": oneOrMore,
    /** As Postfix's `recipient_delimiter`; default none. */
    "recipient-delimiter": text.optional(),
    ...onFailure,
  }),
  grants: z.strictObject({
    /** A grants file; a relative path starts from the folder of the configuration file. */
    grants: text,
    ...onFailure,
  }),
  "alias-map": z.strictObject({
    /** As `virtual_alias_maps`, read backwards. */
    "alias-map": oneOrMore,
    /** Who receives on an address may send as it: to be said, for it is not so by itself. */
    "receivers-may-send": z.literal(true, "must be true: a source that lets nobody send is none"),
    /** The login of the mailbox at the end of the aliases: the whole address (default), or its local part. */
    login: z.enum(["address", "local-part"]).optional(),
    "recipient-delimiter": text.optional(),
    ...onFailure,
  }),
} as const;

const preset = z.enum(["default", "strict", "lenient", "relaxed-resent"]);
const judged = { preset: preset.optional(), stances: stancesSchema.optional() };
const ourDomains = z.strictObject({ "our-domains": texts });
const none = z.strictObject({});

/** `envelope`, `login` (where it is an address), or one address for all. */
const target = text;

/** Rewriting instead of refusing; docs/edits.md. */
const cure = z.strictObject({
  to: target,
  /** Default: the claimed From is dropped. */
  "keep-claim": z.enum(["reply-to", "x-original-from"]).optional(),
  /** Default false. */
  "remove-signatures": z.boolean().optional(),
});

/** Who sends, told in Sender; docs/edits.md. */
const sender = z.strictObject({
  to: target,
  /** Default `from-differs`. */
  when: z.enum(["needed", "from-differs", "always"]).optional(),
});

/** Options of the rules by name; a rule without required options may stand as its name alone. */
export const ruleSchemas = {
  "sender-fqdn": z.strictObject({ "allow-literals": z.boolean().optional() }),
  "domain-exists": none,
  "login-owns-envelope": none,
  "header-originators-owned": z.strictObject({ ...judged, "add-sender": sender.optional(), cure: cure.optional() }),
  "body-unambiguous": z.strictObject(judged),
  "require-login": none,
  "relay-only-for-login": ourDomains,
  "sender-domain-is-ours": ourDomains,
  "postfix-restrictions": z.strictObject({
    /** Postfix's configuration; a relative path starts from the folder of the configuration file. Read once. */
    "main-cf": text,
    /** `NAME=VALUE`: parameters that win over main.cf. */
    override: texts.optional(),
  }),
  "sender-exists": z.strictObject({ senders: oneOrMore }),
  "owned-address-needs-login": none,
  "login-equals-senders": none,
  "envelope-header-aligned": z.strictObject({
    /** `exact` (default): one domain; `organisational`: one registered domain by the Public Suffix List, private suffixes included. */
    alignment: z.enum(["exact", "organisational"]).optional(),
    /** Domains that clients without a login may not show in From; their other mail need not be aligned then. Default: all mail must be. */
    "our-domains": texts.optional(),
    /** Default `skip`. */
    "null-envelope": z.enum(["skip", "reject"]).optional(),
  }),
  "local-originators-match-envelope": z.strictObject(judged),
  "stamp-login": z
    .strictObject({
      /** Puts `Authentication-Results` in this name on top. */
      "authserv-id": text.optional(),
      /** A file of at least 16 octets, read once; a relative path starts from the folder of the configuration file. */
      "pseudonym-key": text.optional(),
      /** The field of the pseudonym. Default `X-Fromguard-Login`. */
      field: text.optional(),
    })
    .superRefine((options, context) => {
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

/** The default policy: what a submission server asks of everybody who logs in. */
export const SUBMISSION: readonly RuleName[] = [
  "sender-fqdn",
  "domain-exists",
  "login-owns-envelope",
  "header-originators-owned",
];
