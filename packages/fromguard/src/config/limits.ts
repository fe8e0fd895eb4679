import { MESSAGE_LIMITS, type MessageLimits } from "@fromguard/core";
import { z } from "zod";

/** Keys of the configuration, the limit of core that each sets, and the most that may be written. */
const LIMITS = {
  "header-octets": ["maxHeaderOctets", 64 * 1024 * 1024, "Octets of the whole header, line ends included."],
  "line-octets": ["maxLineOctets", 1024 * 1024, "Octets of one header line without its CRLF."],
  fields: ["maxFields", 100_000, "Header fields."],
  mailboxes: [
    "maxMailboxes",
    100_000,
    "Mailboxes of one originator field, and addresses shown in its names and comments.",
  ],
  nesting: ["maxNesting", 100_000, "Comments within one another in an originator field."],
  "mime-depth": ["maxMimeDepth", 10_000, "Multiparts within one another."],
  "mime-parts": ["maxMimeParts", 1_000_000, "MIME parts in all."],
} as const satisfies Readonly<Record<string, readonly [keyof MessageLimits, most: number, bounds: string]>>;

const keys = Object.keys(LIMITS) as (keyof typeof LIMITS)[];

const limitOf = (key: keyof typeof LIMITS) => {
  const [name, most, bounds] = LIMITS[key];
  return z.int().min(1).max(most).default(MESSAGE_LIMITS[name]).describe(bounds);
};

/** Limits within which messages are read, in place of the defaults of core; docs/limits.md lists them. */
export const limitsSchema = z
  .strictObject(Object.fromEntries(keys.map((key) => [key, limitOf(key)])))
  .transform((given): MessageLimits => {
    const limits: Record<keyof MessageLimits, number> = { ...MESSAGE_LIMITS };
    for (const key of keys) limits[LIMITS[key][0]] = given[key] ?? limits[LIMITS[key][0]];
    return limits;
  })
  .describe("What a message may hold; over a limit it is refused (docs/limits.md).");
