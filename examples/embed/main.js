import * as fg from "@fromguard/core";

const ownership = fg.ownedAddresses({ ann: ["ann@example.com"], bob: ["bob@example.com"] });
const header = fg.headerOriginatorsOwned({ ownership });
const guard = fg.createGuard({ rules: [fg.requireFqdn(), fg.loginOwnsEnvelope({ ownership }), header] });

const message = new TextEncoder().encode("From: Bob <bob@example.com>\r\n\r\nPlease pay.\r\n");
const facts = fg.facts({ login: "ann", envelopeFrom: "ann@example.com", ...fg.readMessage(message) });
const { action, code } = await guard.check(facts);
console.log(action, code); // reject from-not-owned
