import type { FactName, Guard } from "@fromguard/core";
import { ACTIONS, MACRO_STAGES, STEPS } from "../codec/flags.js";
import type { MilterRequest } from "../session/handler.js";
import { LOGIN_MACROS } from "./login.js";

/** The facts that a milter has when the client has given a sender. */
const MAIL_FACTS = [
  "login",
  "localUser",
  "client",
  "helo",
  "listener",
  "envelopeFrom",
] as const satisfies readonly FactName[];

/** The facts that a milter ever has. */
export const MILTER_FACTS = [
  ...MAIL_FACTS,
  "recipients",
  "headers",
  "bodyAnomalies",
] as const satisfies readonly FactName[];

/** What the rules of a guard need of a milter session. */
export interface GuardNeeds {
  readonly recipients: boolean;
  /** Needed for the body, too: they tell of its parts. */
  readonly headers: boolean;
  readonly body: boolean;
  /** Whether a rule can refuse at MAIL. */
  readonly mail: boolean;
}

/** Reads what a guard's rules need. */
export function needsOf({ needs, rules }: Guard): GuardNeeds {
  const known: readonly FactName[] = MAIL_FACTS;
  const body = needs.includes("bodyAnomalies");
  return {
    recipients: needs.includes("recipients"),
    headers: needs.includes("headers") || body,
    body,
    mail: rules.some((rule) => rule.needs.every((need) => known.includes(need))),
  };
}

/** Silence where nothing is judged: only MAIL and the end of the message are waits of the MTA. */
const ALWAYS =
  STEPS.noUnknown |
  STEPS.noData |
  STEPS.leadingSpace |
  STEPS.noReplyConnect |
  STEPS.noReplyHelo |
  STEPS.noReplyRcpt |
  STEPS.noReplyHeader |
  STEPS.noReplyEndOfHeader;

/** What to ask an MTA for: the events that the rules need, and the edits that a decision may hold. */
export function requestFor({ recipients, headers, body, mail }: GuardNeeds): MilterRequest {
  return {
    actions:
      ACTIONS.addHeaders | ACTIONS.changeHeaders | ACTIONS.quarantine | ACTIONS.changeSender | ACTIONS.setMacroLists,
    steps:
      ALWAYS |
      (body ? STEPS.noReplyBody : STEPS.noBody) |
      (recipients ? 0 : STEPS.noRcpt) |
      (headers ? 0 : STEPS.noHeaders | STEPS.noEndOfHeader) |
      (mail ? 0 : STEPS.noReplyMail),
    macros: [
      [MACRO_STAGES.mail, `i ${LOGIN_MACROS}`],
      [MACRO_STAGES.endOfMessage, "i"],
    ],
  };
}
