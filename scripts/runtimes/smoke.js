// Run in each runtime against the packed packages: the same three messages, the same three answers.
import {
  createGuard,
  facts,
  headerOriginatorsOwned,
  loginOwnsEnvelope,
  ownedAddresses,
  readMessage,
  requireFqdn,
} from "@fromguard/core";

const ownership = ownedAddresses({ ann: ["ann@example.com", "ann@bücher.example"] });
const guard = createGuard({
  rules: [requireFqdn(), loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership })],
});

async function codeOf(envelopeFrom, header) {
  const { headers } = readMessage(new TextEncoder().encode(`${header}\r\n\r\nHello.\r\n`));
  const decision = await guard.check(facts({ login: "ann", envelopeFrom, headers }));
  return decision.code;
}

export async function smoke() {
  const answers = [
    await codeOf("<ann@example.com>", "From: Ann <ann@example.com>"),
    await codeOf("<ann@xn--bcher-kva.example>", "From: ann@bücher.example"),
    await codeOf("<ann@example.com>", "From: =?utf-8?q?director=40example=2Ecom?= <ann@example.com>"),
  ];
  return answers.join(" ");
}

export const EXPECTED = "ok ok name-contains-address";
