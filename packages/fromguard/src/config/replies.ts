import { checkReplies, codes, type FromguardError, formatReply } from "@fromguard/core";
import { z } from "zod";

const change = z.strictObject({
  code: z.int().exactOptional().describe("Three digits of the class of the code's own reply; not 421 or 521."),
  enhanced: z.string().exactOptional().describe("Enhanced status code of that class, such as 5.7.1."),
  text: z
    .string()
    .exactOptional()
    .describe("Printable ASCII; {field} and {address} are filled in for who is logged in."),
});

const changes = Object.fromEntries(
  Object.entries(codes).map(([code, { reply }]) => [
    code,
    change.exactOptional().describe(`Instead of ${formatReply(reply)}.`),
  ]),
);

/** What is said instead of the replies of codes: `replies: { from-not-owned: { text: "..." } }`; docs/replies.md. */
export const repliesSchema = z
  .strictObject(changes)
  .superRefine((replies, context) => {
    try {
      checkReplies(replies);
    } catch (error) {
      const { message, place } = error as FromguardError;
      const { key = "" } = place;
      context.addIssue({ code: "custom", path: key.split(".").slice(1), message: message.replace(`${key}: `, "") });
    }
  })
  .describe("What is said instead of the codes' own replies (docs/replies.md).");
