import * as fromguard from "@fromguard/core";

const ownership = fromguard.ownedAddresses({ ann: ["ann@example.com"], bob: ["bob@example.com"] });
const { requireFqdn, loginOwnsEnvelope, headerOriginatorsOwned } = fromguard;
const guard = fromguard.createGuard({
  rules: [requireFqdn(), loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership })],
});

const message = new TextEncoder().encode("From: Bob <bob@example.com>\r\nTo: carol@example.org\r\n\r\nPlease pay.\r\n");
const facts = fromguard.facts({ login: "ann", envelopeFrom: "ann@example.com", ...fromguard.readMessage(message) });
const { action, code } = await guard.check(facts);
console.log(action, code); // reject from-not-owned
