import { MAX_RECIPIENTS, parseIpOctets } from "@fromguard/core";
import { z } from "zod";

/** Half of a surrogate pair has no octets: whatever it were turned into, it would not be what a server saw. */
const text = z.string().refine((value) => value.isWellFormed(), "holds half of a surrogate pair");
const name = text.min(1, "must not be empty; null is nobody");

/** What a JSON schema can say of an IP address. */
export const IP_ADDRESS = { anyOf: [{ format: "ipv4" }, { format: "ipv6" }] };

const ipAddress = z
  .string()
  .refine((value) => parseIpOctets(value) !== undefined, "is not an IP address")
  .meta(IP_ADDRESS);

const client = z.union([
  ipAddress,
  z.strictObject({
    address: ipAddress,
    name: text.nullish().describe("The verified host name."),
  }),
]);

/** The facts of a transaction but for its message. */
export const factsShape = {
  login: name.nullish().describe("Who logged in; null or absent: nobody."),
  authorisation: name
    .nullish()
    .describe("As whom the login acts, where the host has checked that it may; null or absent: as itself."),
  localUser: name.nullish().describe("Who submitted on this machine; null or absent: nobody."),
  client: client
    .nullish()
    .describe("The IP address of the client, alone or with its verified name; null or absent: unknown."),
  helo: text.nullish().describe("The argument of HELO or EHLO."),
  listener: text.optional().describe("The name of the listener; `default` if absent."),
  envelopeFrom: text.optional().describe("MAIL FROM, with or without brackets; empty for the null sender."),
  recipients: z.array(text).max(MAX_RECIPIENTS).optional().describe("RCPT TO of each recipient."),
} as const;

/** One transaction as JSON, and no key that is not here. */
export const transactionSchema = z
  .strictObject({
    ...factsShape,
    message: z
      .string()
      .optional()
      .meta({
        contentEncoding: "base64",
        pattern: "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$",
      })
      .describe("The octets of the message as it came, dots removed."),
    headers: z
      .array(z.tuple([text, text]))
      .optional()
      .describe(
        "Instead of the message: its header fields in their order. It has no body and cannot carry all octets: the answer says in `blindTo` which codes could not be seen.",
      ),
  })
  .refine(({ message, headers }) => message === undefined || headers === undefined, {
    path: ["headers"],
    message: "the message is given too; give one of the two",
  })
  .meta({ id: "Transaction", not: { required: ["message", "headers"] } });

/** The facts alone, as request headers give them beside a raw message. */
export const factsSchema = z.strictObject(factsShape);
