import type { LoginRule } from "@fromguard/core";
import { z } from "zod";
import { text } from "./values.js";

/** What of the login that SASL tells counts; default: all of it, as it is. */
export const loginRuleSchema = z
  .strictObject({
    identity: z
      .enum(["authentication", "authorisation"])
      .default("authentication")
      .describe(
        "Where a login acts as somebody else (authorisation of a transaction over HTTP): whose addresses they are. Policy and milter tell one identity, as whom SASL let the client act.",
      ),
    domain: z.enum(["keep", "strip"]).default("keep").describe("strip: alice@example.com owns as alice."),
    "default-domain": text.optional().describe("Appended to a login without an at sign."),
    case: z.enum(["keep", "ascii", "fold"]).default("keep").describe("keep: case is left to the sources."),
    "master-separators": text
      .optional()
      .describe("Characters that part a user from the master user behind: alice*admin owns as alice. Default none."),
  })
  .transform(
    ({
      identity,
      domain,
      case: letters,
      "default-domain": defaultDomain,
      "master-separators": masterSeparators,
    }): LoginRule => ({
      identity,
      domain,
      case: letters,
      ...(defaultDomain === undefined ? {} : { defaultDomain }),
      ...(masterSeparators === undefined ? {} : { masterSeparators }),
    }),
  )
  .describe("What of the login that SASL tells counts. Default: all of it, as it is.");
