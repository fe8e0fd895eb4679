import { z } from "zod";

/** Fields of log lines that may be hidden. */
const REDACTABLE = [
  "login",
  "owner",
  "master",
  "authorisation",
  "localUser",
  "client",
  "helo",
  "envelopeFrom",
  "recipients",
  "headers",
  "address",
  "reply",
  "source",
] as const;

/** How the daemon logs. */
export const logSchema = z
  .strictObject({
    level: z
      .enum(["debug", "info", "warn"])
      .default("info")
      .describe(
        "info: one line for each decision too; warn: only what an administrator should look at; debug: also what each rule found and what DNS and the sources of ownership answered.",
      ),
    format: z.enum(["json", "text"]).default("json").describe("One line of JSON, or of words and NAME=VALUE."),
    destination: z
      .union([
        z.enum(["stdout", "stderr"]),
        z.string().regex(/^\//, "must be stdout, stderr or the path of a file, which begins with /"),
      ])
      .default("stdout")
      .describe("Where lines are written: stdout, stderr, or a file by its path, which SIGHUP opens anew."),
    redact: z
      .array(z.enum(REDACTABLE))
      .default([])
      .describe("Fields whose values are written as [redacted]. A reply names the address in question too."),
    audit: z
      .boolean()
      .default(false)
      .describe(
        "Each message of a milter also gives a line audit with the transaction that it was, to be decided again.",
      ),
  })
  .describe("The log of serve.");

/** As the configuration says it. */
export type LogSettings = z.output<typeof logSchema>;
