import { printable } from "@fromguard/core";

/** The longest action that is sent, in octets: the reply text of core and room for the action's name. */
const MAX_ACTION = 512;

/** The answer `action=...` with its empty line; whatever the action holds, it stays one printable line. */
export function encodeAnswer(action: string): string {
  return action === "DUNNO" ? "action=DUNNO\n\n" : `action=${printable(action, MAX_ACTION)}\n\n`;
}
