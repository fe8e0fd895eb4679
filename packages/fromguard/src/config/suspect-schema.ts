import { z } from "zod";
import { DEFAULT_SUSPECT_LIMITS, type SuspectLimits } from "../suspects/suspect-accounts.js";
import { text } from "./values.js";

/** `false` is no addresses. */
export const suspectSchema = z
  .preprocess(
    (value) => (value === false ? { addresses: 0 } : value),
    z.strictObject({
      addresses: z
        .int()
        .min(0)
        .max(1000)
        .default(DEFAULT_SUSPECT_LIMITS.addresses)
        .describe("More different addresses that a login is refused make it suspect; 0: none does."),
      minutes: z.int().min(1).max(1440).default(DEFAULT_SUSPECT_LIMITS.minutes).describe("Within so many minutes."),
      command: z
        .array(text)
        .min(1)
        .optional()
        .describe("Program and arguments, run for each suspect, who stands on its standard input as JSON."),
    }),
  )
  .describe("When a login is taken for one that somebody else uses; false: never.");

/** What the configuration says of suspect accounts. */
export interface SuspectSettings extends SuspectLimits {
  /** Run for each suspect. */
  readonly command: readonly string[] | undefined;
}

/** As settings of the watch; undefined where nobody is watched. */
export function suspectsOf({
  addresses,
  minutes,
  command,
}: z.output<typeof suspectSchema>): SuspectSettings | undefined {
  return addresses === 0 ? undefined : { addresses, minutes, command };
}
