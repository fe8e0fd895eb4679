import type { LoginRule } from "@fromguard/core";
import { z } from "zod";

/** What of the login that SASL tells counts; default: all of it, as it is. */
export const loginRuleSchema = z
  .strictObject({
    /**
     * Where a login acts as somebody else (`authorisation` of a transaction over HTTP): whose addresses they are. Default
     * `authentication`. Policy and milter tell one identity, as whom SASL let the client act.
     */
    identity: z.enum(["authentication", "authorisation"]).optional(),
    /** `strip`: `alice@example.com` owns as `alice`. Default `keep`. */
    domain: z.enum(["keep", "strip"]).optional(),
    /** Appended to a login without an at sign. */
    "default-domain": z.string().min(1, "must not be empty").optional(),
    /** Default `keep`: case is left to the sources. */
    case: z.enum(["keep", "ascii", "fold"]).optional(),
    /** Characters that part a user from the master user behind: `alice*admin` owns as `alice`. Default none. */
    "master-separators": z.string().min(1, "must not be empty").optional(),
  })
  .transform(
    ({
      identity,
      domain,
      case: letters,
      "default-domain": defaultDomain,
      "master-separators": masterSeparators,
    }): LoginRule => ({
      ...(identity === undefined ? {} : { identity }),
      ...(domain === undefined ? {} : { domain }),
      ...(letters === undefined ? {} : { case: letters }),
      ...(defaultDomain === undefined ? {} : { defaultDomain }),
      ...(masterSeparators === undefined ? {} : { masterSeparators }),
    }),
  );
