import { MESSAGE_LIMITS, type MessageLimits } from "@fromguard/core";
import { z } from "zod";

/** Keys of the configuration, the limit of core that each sets, and the most that may be written. */
const LIMITS = {
  "header-octets": ["maxHeaderOctets", 64 * 1024 * 1024],
  "line-octets": ["maxLineOctets", 1024 * 1024],
  fields: ["maxFields", 100_000],
  mailboxes: ["maxMailboxes", 100_000],
  nesting: ["maxNesting", 100_000],
  "mime-depth": ["maxMimeDepth", 10_000],
  "mime-parts": ["maxMimeParts", 1_000_000],
} as const satisfies Readonly<Record<string, readonly [keyof MessageLimits, number]>>;

const keys = Object.keys(LIMITS) as (keyof typeof LIMITS)[];

/** Limits within which messages are read, in place of the defaults of core; docs/limits.md lists them. */
export const limitsSchema = z
  .strictObject(Object.fromEntries(keys.map((key) => [key, z.int().min(1).max(LIMITS[key][1]).optional()])))
  .transform((given): MessageLimits => {
    const limits: Record<keyof MessageLimits, number> = { ...MESSAGE_LIMITS };
    for (const key of keys) {
      const [name] = LIMITS[key];
      limits[name] = given[key] ?? limits[name];
    }
    return limits;
  });
