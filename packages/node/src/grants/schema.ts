import { z } from "zod";
import { EXPIRY_PATTERN, parseExpiry } from "./expiry.js";

const text = z.string().min(1, "must not be empty");
const texts = z.array(text).min(1, "must not be empty");
const oneOrMore = z.union([text, texts]);

const common = {
  expires: text
    .refine((value) => parseExpiry(value) !== undefined, {
      message: "is no date: write 2027-06-30 (its last day, in UTC) or 2027-06-30T12:00:00Z",
    })
    .optional()
    .meta({
      description:
        "The last day, in UTC, or the moment from which it no longer holds: 2027-06-30, 2027-06-30T12:00:00Z.",
      pattern: EXPIRY_PATTERN.source,
    }),
  reason: text.optional().describe("Why it was made, for the reader."),
} as const;

const scope = oneOrMore
  .optional()
  .describe("The domains that it may reach; *.example.com is example.com and all below. Default: those of the file.");

const WHO = ["login", "logins", "group", "groups"] as const;
const WHAT = ["mailbox", "receives", "send-as", "on-behalf", "catch-all"] as const;

/** Which of these keys an entry has; the fault where it is not one. */
function oneOf(entry: object, keys: readonly string[], missing: string): { fault: string; at?: string } | undefined {
  const [first, second] = keys.filter((key) => Object.hasOwn(entry, key));
  if (first === undefined) return { fault: missing };
  return second === undefined
    ? undefined
    : { fault: `stands beside ${first}: each needs an entry of its own`, at: second };
}

/** Editors are told in the words of JSON Schema what {@link oneOf} holds. */
const exactlyOne = (keys: readonly string[]) => ({ oneOf: keys.map((key) => ({ required: [key] })) });

/** An entry under `grants:`. */
export const entrySchema = z
  .strictObject({
    login: text.optional().describe("Who is given something."),
    logins: texts.optional().describe("Each of these logins is given it."),
    group: text.optional().describe("Everybody in this group is given it."),
    groups: texts.optional().describe("Everybody in one of these groups is given it."),
    mailbox: oneOrMore.optional().describe("Addresses that the login receives and sends as."),
    receives: oneOrMore.optional().describe("Addresses that the login receives and may not send as."),
    "send-as": oneOrMore
      .optional()
      .describe('Addresses, "@example.com" for all at a domain, "@*.example.com" for all at the domains below it.'),
    "on-behalf": oneOrMore
      .optional()
      .describe("As send-as, but only beside a Sender field with one own address: send on behalf."),
    "catch-all": oneOrMore.optional().describe("Domains: every address there that nobody receives by name."),
    alias: oneOrMore.optional().describe("Addresses that whoever receives for the address under `of` may send as."),
    of: oneOrMore.optional().describe("Addresses to which the alias leads."),
    scope,
    ...common,
  })
  .superRefine((entry, context) => {
    const fault = faultOf(entry);
    if (fault === undefined) return;
    context.addIssue({ code: "custom", message: fault.fault, path: fault.at === undefined ? [] : [fault.at] });
  })
  .meta({
    anyOf: [
      { required: ["alias", "of"], not: { anyOf: [...WHO, ...WHAT].map((key) => ({ required: [key] })) } },
      { allOf: [exactlyOne(WHO), exactlyOne(WHAT)], not: { required: ["alias"] } },
    ],
  });

/** Whether an entry gives one login one thing, as most of a large file do: {@link entrySchema} takes it as it is. */
export function isPlainEntry(value: unknown): value is z.output<typeof entrySchema> {
  if (typeof value !== "object" || value === null) return false;
  const entry = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(entry);
  const given = WHAT.find((key) => keys.includes(key));
  return (
    keys.length === 2 && keys.includes("login") && isText(entry.login) && given !== undefined && isText(entry[given])
  );
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function faultOf(entry: object): { fault: string; at?: string } | undefined {
  const has = (key: string) => Object.hasOwn(entry, key);
  if (has("alias") || has("of")) {
    const other = [...WHO, ...WHAT].find(has);
    if (other !== undefined) return { fault: "stands beside alias and of: each needs an entry of its own", at: other };
    return has("alias") && has("of") ? undefined : { fault: "needs both: alias, and of with the address it leads to" };
  }
  const fault =
    oneOf(entry, WHO, "names nobody: add login, logins, group or groups") ??
    oneOf(entry, WHAT, "gives nothing: add mailbox, send-as, on-behalf, catch-all or receives");
  if (fault !== undefined) return fault;
  const received = ["mailbox", "receives"].find(has);
  const group = ["group", "groups"].find(has);
  if (received === undefined || group === undefined) return undefined;
  return { fault: "is for logins: a group receives nothing; write send-as", at: received };
}

/** A member of a group. */
export const memberSchema = z.union([
  text.describe("A login, or group:NAME."),
  z
    .strictObject({ login: text.optional(), group: text.optional(), scope, ...common })
    .refine(({ login, group }) => (login === undefined) !== (group === undefined), {
      message: "needs login or group, and not both",
    })
    .meta(exactlyOne(["login", "group"])),
]);

/** A group. */
export const groupSchema = z.array(memberSchema).describe("Its members; an empty list is a group of nobody.");

/** How the addresses at a domain are read. */
export const domainSchema = z.strictObject({
  "alias-domains": oneOrMore.optional().describe("Domains whose addresses are those at this one."),
  subaddress: text
    .optional()
    .describe('Characters of which the first starts a subaddress: "+". Who owns the address owns its subaddresses.'),
  "local-part": z
    .enum(["exact", "ascii", "fold"])
    .optional()
    .describe("How local parts are compared. Default ascii: A to Z are a to z."),
  "ignore-dots": z.boolean().optional().describe("Whether dots in local parts do not count. Default false."),
  ...common,
});

/** Another grants file. */
export const includeSchema = z.strictObject({
  file: text.describe("A file below the folder of this one, or an absolute path."),
  scope: oneOrMore
    .optional()
    .describe("The domains that the statements of the file may reach; *.example.com is example.com and all below."),
});

/** The whole file as editors check it. */
const grantsFileSchema = z
  .strictObject({
    domains: z.record(z.string(), domainSchema).optional(),
    groups: z.record(z.string(), groupSchema).optional(),
    grants: z.array(entrySchema).optional(),
    include: z.array(includeSchema).optional(),
  })
  .describe("Who may send as whom: a grants file of fromguard.");

/** The whole file before its parts are read one by one, so that each fault is found where it stands. */
export const partsSchema = z.strictObject({
  domains: z.record(z.string(), z.unknown()).optional(),
  groups: z.record(z.string(), z.unknown()).optional(),
  grants: z.array(z.unknown()).optional(),
  include: z.array(z.unknown()).optional(),
});

/** The schema of the file for editors, as `grants.schema.json` has it. */
export function grantsJsonSchema(): object {
  return z.toJSONSchema(grantsFileSchema, { target: "draft-7", io: "input" });
}
