import { type Facts, type MessageLimits, parseIpAddress, pathFromInternal } from "@fromguard/core";
import { z } from "zod";
import { readHookMessage } from "./message.js";

/** The stages that Stalwart knows. It has no call for `auth`. */
export type HookStage = z.infer<typeof STAGE>;

/** What one request of Stalwart tells, or one sentence that says what of it cannot be read. */
export type HookRequest =
  | { readonly ok: true; readonly stage: HookStage; readonly facts: Partial<Facts> }
  | { readonly ok: false; readonly error: string };

/** The most recipients of one transaction. */
const MAX_RECIPIENTS = 10_000;

const STAGE = z.enum(["connect", "ehlo", "auth", "mail", "rpct", "rcpt", "data"].filter(isStage));
