/** Messages and envelopes judged, by a login map and by addresses; and what tests of rules are written with. */
export const expected = "ok, ok, name-contains-address, envelope-not-owned, sender-domain-unknown";

export async function smoke(load) {
  const core = await load("@fromguard/core");
  const { fakeResolver } = await load("@fromguard/core/testing");
  const { createGuard, facts, headerOriginatorsOwned, loginOwnsEnvelope, readMessage, requireFqdn } = core;
  const { table } = core.textHashTable("ann@example.com ann\nann@xn--bcher-kva.example ann\n", { file: "senders" });
  const ownership = core.loginMap({ tables: [table] });
  const owned = core.ownedAddresses({ ann: ["ann@example.com", "ann@bücher.example"] });
  const guard = createGuard({
    rules: [
      requireFqdn(),
      core.domainExists({ resolver: fakeResolver({ "example.com": { mx: ["mx.example.com"] } }) }),
      loginOwnsEnvelope({ ownership }),
      headerOriginatorsOwned({ ownership: owned }),
    ],
  });
  const codeOf = async (envelopeFrom, header) => {
    const { headers } = readMessage(new TextEncoder().encode(`${header}\r\n\r\nHello.\r\n`));
    return (await guard.check(facts({ login: "ann", envelopeFrom, headers }))).code;
  };
  return [
    await codeOf("<ann@example.com>", "From: Ann <ann@example.com>"),
    await codeOf("<ann@example.com>", "From: ann@bücher.example"),
    await codeOf("<ann@example.com>", "From: =?utf-8?q?director=40example=2Ecom?= <ann@example.com>"),
    await codeOf("<bob@example.com>", "From: Ann <ann@example.com>"),
    await codeOf("<ann@example.org>", "From: Ann <ann@example.com>"),
  ].join(", ");
}
