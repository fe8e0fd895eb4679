import { printable } from "@fromguard/core";

/** The longest action that is sent, in octets: a whole header field and room for the action's name; Postfix takes 2,048. */
const MAX_ACTION = 1024;

/** The answer `action=...` with its empty line; whatever the action holds, it stays one printable line. */
export function encodeAnswer(action: string): string {
  return action === "DUNNO" ? "action=DUNNO\n\n" : `action=${printable(action, MAX_ACTION)}\n\n`;
}
