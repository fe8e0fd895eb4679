import {
  bodyUnambiguous,
  createGuard,
  decisionToJson,
  facts,
  headerOriginatorsOwned,
  loginOwnsEnvelope,
  ownedAddresses,
  readMessage,
} from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { corpora, type HeaderFromCase } from "../../../core/test/support/header-from.js";
import { createHandler } from "../../src/index.js";
import { bearer, JSON_TYPE, post, token } from "../support/handlers.js";

const tokens = () => [token("all", "check", "evidence")];

function judges({ login, owned }: HeaderFromCase, hasBody: boolean) {
  const ownership = ownedAddresses({ [login]: owned, mallory: ["ceo@bank.example"] });
  const ofHeaders = [loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership })];
  const guard = createGuard({ rules: hasBody ? [...ofHeaders, bodyUnambiguous({ ownership })] : ofHeaders });
  const handler = createHandler({ guard, tokens });
  const answered = async (path: string, body: BodyInit, headers: Readonly<Record<string, string>>) => {
    const response = await handler(post(path, body, { ...headers, ...bearer("all") }));
    expect(response.status).toBe(200);
    return JSON.parse(await response.text());
  };
  return { guard, answered };
}

describe.each(corpora.map((cases) => [cases.length, cases] as const))(
  "of the %i messages of a corpus each",
  (_, cases) => {
    it("has over HTTP the decision that the library makes, in base64, as a line of a batch and as it is", async () => {
      const actions = { accept: 0, reject: 0, defer: 0 };
      for (const entry of cases) {
        const { login, envelopeFrom, raw } = entry;
        const { guard, answered } = judges(entry, true);
        const octets = Buffer.from(raw, "base64");
        const decision = await guard.check(facts({ login, envelopeFrom, ...readMessage(octets) }));
        actions[decision.action]++;
        const json = JSON.stringify({ login, envelopeFrom, message: raw });
        const inHeaders = {
          "content-type": "message/rfc822",
          "fromguard-login": encodeURIComponent(login),
          "fromguard-envelope-from": encodeURIComponent(envelopeFrom),
        };
        const answers = [
          await answered("/v1/check", json, JSON_TYPE),
          await answered("/v1/check/batch", `${json}\n`, { "content-type": "application/x-ndjson" }),
          await answered("/v1/check", octets, inHeaders),
        ];
        for (const answer of answers) expect(answer, entry.id).toEqual(decisionToJson(decision));
      }
      expect(actions.accept + actions.reject).toBe(cases.length);
      expect(actions.defer).toBe(0);
    });

    it("as a list of fields is judged as its octets are, or the answer names the code that could not be seen", async () => {
      let compared = 0;
      const different: string[] = [];
      for (const entry of cases) {
        const { login, envelopeFrom, raw, headersMilter } = entry;
        if (headersMilter === undefined) continue;
        compared++;
        const { guard, answered } = judges(entry, false);
        const whole = await guard.check(
          facts({ login, envelopeFrom, headers: readMessage(Buffer.from(raw, "base64")).headers }),
        );
        const json = JSON.stringify({ login, envelopeFrom, headers: headersMilter });
        const listed = await answered("/v1/check", json, JSON_TYPE);
        expect(listed.blindTo).toContain("utf8-invalid");
        const isUnseen = listed.blindTo.includes(whole.code) && listed.action === "accept";
        if (listed.action !== whole.action && !isUnseen) different.push(`${entry.id}: ${whole.code}, ${listed.code}`);
      }
      expect(compared).toBeGreaterThan(0);
      expect(different).toEqual([]);
    });
  },
);

it("has a corpus wherever the repository is", () => {
  expect(corpora[0]?.length).toBe(156);
});
