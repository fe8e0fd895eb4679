import { checkReplies, codes, type FromguardError } from "@fromguard/core";
import { z } from "zod";

const change = z.strictObject({
  /** Three digits of the class of the code's own reply; not 421 or 521. */
  code: z.int().exactOptional(),
  enhanced: z.string().exactOptional(),
  /** Printable ASCII; `{field}` and `{address}` are filled in for who is logged in. */
  text: z.string().exactOptional(),
});

const changes = Object.fromEntries(Object.keys(codes).map((code) => [code, change.exactOptional()]));

/** What is said instead of the replies of codes: `replies: { from-not-owned: { text: "..." } }`; docs/replies.md. */
export const repliesSchema = z.strictObject(changes).superRefine((replies, context) => {
  try {
    checkReplies(replies);
  } catch (error) {
    const { message, place } = error as FromguardError;
    const { key = "" } = place;
    context.addIssue({ code: "custom", path: key.split(".").slice(1), message: message.replace(`${key}: `, "") });
  }
});
