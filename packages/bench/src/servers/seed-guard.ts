import { cachedResolver, createGuard, type Guard, type Resolver } from "@fromguard/core";
import { guardHandler, MAX_VERSION, type MilterRequest } from "@fromguard/milter";
import { seedRules } from "./seed.js";

/** Every domain has a mail server. */
const existing: Resolver = {
  mx: async (name) => ({ kind: "records", records: [{ preference: 10, exchange: `mx.${name}` }], ttlSeconds: 86_400 }),
  a: async () => ({ kind: "none" }),
  aaaa: async () => ({ kind: "none" }),
};

/** A guard of the seed rules, whose domains a cache knows. */
export function seedGuard(options: { readonly headers: boolean }): Guard {
  return createGuard({ rules: seedRules(cachedResolver(existing), options) });
}

/** What a milter with the seed rules asks of an MTA. */
export function milterRequest(): MilterRequest {
  const asked = guardHandler(seedGuard({ headers: true }))().negotiate?.({
    version: MAX_VERSION,
    actions: 0,
    steps: 0,
  });
  if (asked === undefined) throw new Error("the milter asks for nothing");
  return asked;
}
