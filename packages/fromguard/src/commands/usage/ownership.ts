import { CONFIG_OPTIONS } from "./config-options.js";
import type { Usage } from "./usage.js";

const LISTING = {
  ...CONFIG_OPTIONS,
  json: { type: "boolean", help: 'print one line of JSON: {"holdings": [...], "gaps": [...]}' },
} as const;

/** `fromguard who`. */
export const WHO = {
  summary: "tell who may send as an address, and by what",
  about:
    "Tell who may send as an address: each login with its right, and the statements or the line of the map that give it.",
  synopsis: ["who [--config FILE] [--set KEY=VALUE]... [--json] ADDRESS"],
  options: LISTING,
  examples: ["fromguard who sales@example.com", `fromguard who --json '"odd name"@example.com'`],
  exitCodes: "0 somebody may, 1 nobody, 75 a source could not answer, or cannot be listed: what is known is printed.",
} as const satisfies Usage;

/** `fromguard may`. */
export const MAY = {
  summary: "tell as what a login may send, and by what",
  about:
    "Tell as what a login may send: each address or pattern with its right, and the statements or the line of the map that give it.",
  synopsis: ["may [--config FILE] [--set KEY=VALUE]... [--json] LOGIN"],
  options: LISTING,
  notes: [
    "@example.com stands for every address there, @*.example.com for those at the domains below, and a pattern of a map for itself.",
  ],
  examples: ["fromguard may alice", "fromguard may --config fromguard.yaml bob@example.com"],
  exitCodes: "0 something, 1 nothing, 75 a source could not answer, or cannot be listed: what is known is printed.",
} as const satisfies Usage;
