import {
  bodyUnambiguous,
  createGuard,
  facts,
  headerOriginatorsOwned,
  loginOwnsEnvelope,
  ownedAddresses,
  readMessage,
} from "@fromguard/core";
import { expect, it } from "vitest";
import { ownCases as corpus } from "../../../core/test/support/header-from.js";
import { readHookRequest } from "../../src/mta-hooks/request.js";
import { hookRequestOf } from "./stalwart.js";

it("decides as on the octets, or says which code it could not see", async () => {
  const unseen: string[] = [];
  const different: string[] = [];
  for (const { id, login, owned, envelopeFrom, raw: base64 } of corpus) {
    const raw = Buffer.from(base64, "base64");
    const ownership = ownedAddresses({ [login]: owned });
    const guard = createGuard({
      rules: [loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership }), bodyUnambiguous({ ownership })],
    });
    const whole = await guard.check(facts({ login, envelopeFrom, ...readMessage(raw) }));
    const request = readHookRequest(hookRequestOf("data", { login, from: envelopeFrom, raw }));
    if (!request.ok) throw new Error(`${id}: ${request.error}`);
    const hooked = await guard.check(request.facts);
    if (hooked.action === whole.action) continue;
    const blindTo: readonly string[] = request.facts.headers?.blindTo ?? [];
    (blindTo.includes(whole.code) && hooked.action === "accept" ? unseen : different).push(`${id}: ${whole.code}`);
  }
  expect(corpus).toHaveLength(156);
  expect(different).toEqual([]);
  expect(unseen).toEqual([]);
});
