import { z } from "zod";
import type { RuleName } from "./rule-schemas.js";
import { texts } from "./values.js";

/** What a preset puts below the keys of the file, in the form of the file. */
export interface Expansion {
  readonly rules: readonly (RuleName | Readonly<Partial<Record<RuleName, object>>>)[];
  readonly shadow?: boolean;
  readonly log?: { readonly audit: boolean };
}

const none = z.strictObject({});

/** Options of the presets by name. */
export const presetSchemas = {
  submission: none.describe("What a submission server asks of everybody who logs in."),
  "inbound-own-domains": z
    .strictObject({ "our-domains": texts.describe("Domains whose users log in.") })
    .describe("For mail from outside: nobody shows an address of ours without a login."),
  audit: none.describe("The rules of submission, which decide and log and refuse nothing."),
} as const;

/** The name of a preset. */
export type PresetName = keyof typeof presetSchemas;

const SUBMISSION: Expansion["rules"] = [
  "sender-fqdn",
  "domain-exists",
  "login-owns-envelope",
  "header-originators-owned",
];

/** What a preset comes to. */
export function expand(
  preset: {
    readonly [Name in PresetName]: {
      readonly kind: Name;
      readonly options: z.output<(typeof presetSchemas)[Name]>;
    };
  }[PresetName],
): Expansion {
  switch (preset.kind) {
    case "submission":
      return { rules: SUBMISSION };
    case "inbound-own-domains":
      return {
        rules: [
          "sender-fqdn",
          "domain-exists",
          "owned-address-needs-login",
          // A login may own addresses in several domains: what it shows is for the rules on owned senders.
          { "envelope-header-aligned": { "our-domains": preset.options["our-domains"], logins: "skip" } },
          "login-owns-envelope",
          "header-originators-owned",
        ],
      };
    case "audit":
      return { rules: SUBMISSION, shadow: true, log: { audit: true } };
  }
}
