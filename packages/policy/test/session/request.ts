import { PolicyRequest, type PolicySession } from "@fromguard/policy";

/** What a request tells, by attribute. */
export type Attributes = Readonly<Record<string, string>>;

/** An honest request at RCPT. */
export const FULL: Attributes = {
  request: "smtpd_access_policy",
  protocol_state: "RCPT",
  helo_name: "client.example.com",
  client_address: "192.0.2.7",
  client_name: "host.example.com",
  sender: "ann@example.com",
  recipient: "bob@example.org",
  sasl_username: "ann",
};

/** What is answered where the engine fails, a source cannot be asked, or an edit cannot be made. */
export const UNAVAILABLE = "DEFER_IF_PERMIT 4.3.0 Sender verification is temporarily unavailable";

export function request(attributes: Attributes): PolicyRequest {
  const lines = Object.entries(attributes).map(([name, value]) => `${name}=${value}\n`);
  return new PolicyRequest(lines.join(""), true);
}

/** Asks about {@link FULL}, but for what is given. */
export function ask(session: PolicySession, attributes: Attributes): ReturnType<PolicySession["answer"]> {
  return session.answer(request({ ...FULL, ...attributes }));
}
