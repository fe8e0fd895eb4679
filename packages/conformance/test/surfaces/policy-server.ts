import { POLICY_FACTS } from "@fromguard/policy";
import { Client, start } from "../../../policy/test/server/running.js";
import { guardOf } from "./policy.js";
import { LATER, NOT_OWNED, type Outcome, type SurfaceKind } from "./surface.js";
import { RECIPIENT, type Transaction } from "./transactions.js";

/** As Postfix asks at RCPT. */
function requestOf({ login, envelopeFrom }: Transaction): string {
  const attributes = {
    request: "smtpd_access_policy",
    protocol_state: "RCPT",
    sender: envelopeFrom.replace(/["\\]/g, ""),
    recipient: RECIPIENT,
    helo_name: "client.test",
    client_address: "127.0.0.1",
    client_name: "localhost",
    sasl_username: login ?? "",
  };
  const lines = Object.entries(attributes).map(([name, value]) => `${name}=${value}\n`);
  return `${lines.join("")}\n`;
}

function outcomeOf(shown: string): Outcome {
  const [word = ""] = shown.split(" ");
  if (word === "DUNNO" || word === "PREPEND" || word === "HOLD") return { action: "accept", shown };
  return { action: /^5\d\d$/.test(word) ? "reject" : "defer", shown };
}

/** The policy delegation protocol of Postfix. */
export const policyServer: SurfaceKind = {
  name: "policy server",
  sees: POLICY_FACTS,
  blindTo: [],
  refusal: `553 5.7.1 ${NOT_OWNED}`,
  deferral: `DEFER_IF_PERMIT 4.3.0 ${LATER}`,
  edits: ["add-header", "prepend-header", "quarantine"],
  open: async (policy) => {
    const { listener } = await start(guardOf(policy));
    return {
      play: async (one) => {
        const client = new Client(listener.address);
        client.socket.write(requestOf(one), "utf8");
        const [shown = ""] = await client.take(1);
        client.socket.destroy();
        return outcomeOf(shown);
      },
      leave: async (one) => {
        const client = new Client(listener.address);
        client.socket.end(requestOf(one).trimEnd());
        await client.ended;
        return client.actions.length;
      },
    };
  },
};
