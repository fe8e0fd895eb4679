import { type OriginatorPolicy, originatorPolicy, type Stance } from "@fromguard/core";
import { z } from "zod";

const forms = Object.keys(originatorPolicy()) as (keyof OriginatorPolicy)[];

/** `foreignAddressInName` as the configuration has it: `foreign-address-in-name`. */
const keyOf = (form: string): string => form.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);

/** `accept` or `reject` for forms of a header that stand in place of the preset's; docs/rules.md lists them. */
export const stancesSchema = z
  .strictObject(Object.fromEntries(forms.map((form) => [keyOf(form), z.enum(["accept", "reject"]).optional()])))
  .transform((given): Partial<OriginatorPolicy> => {
    const stances: Partial<Record<keyof OriginatorPolicy, Stance>> = {};
    for (const form of forms) {
      const stance = given[keyOf(form)];
      if (stance !== undefined) stances[form] = stance;
    }
    return stances;
  })
  .describe("accept or reject for single forms, in place of the preset (docs/rules.md).");
