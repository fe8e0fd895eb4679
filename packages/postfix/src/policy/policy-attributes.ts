import type { Evaluation } from "../smtpd/evaluation.js";
import type { PolicyService } from "./policy-service.js";

/** The attributes of a request, in the order in which they are sent. */
export type PolicyAttributes = readonly (readonly [name: string, value: string])[];

/**
 * What a policy server is told: the attributes of Postfix 3.7, in its order. What is not known here (ports, TLS, the queue) is
 * empty or 0, as smtpd sends it where it has none.
 *
 * @see Postfix SMTPD_POLICY_README
 */
export function policyAttributes(
  { mail, command, protocol }: Evaluation,
  { context }: PolicyService,
): PolicyAttributes {
  return [
    ["request", "smtpd_access_policy"],
    ["protocol_state", command],
    ["protocol_name", protocol],
    ["client_address", mail.clientAddress],
    ["client_name", mail.clientName],
    ["client_port", ""],
    ["reverse_client_name", mail.reverseClientName ?? mail.clientName],
    ["server_address", ""],
    ["server_port", ""],
    ["helo_name", mail.helo],
    ["sender", mail.sender],
    ["recipient", mail.recipient ?? ""],
    ["recipient_count", "0"],
    ["queue_id", ""],
    ["instance", ""],
    ["size", "0"],
    ["etrn_domain", ""],
    ["stress", ""],
    ["sasl_method", mail.login === null ? "" : mail.saslMethod],
    ["sasl_username", mail.login ?? ""],
    ["sasl_sender", ""],
    ["ccert_subject", ""],
    ["ccert_issuer", ""],
    ["ccert_fingerprint", ""],
    ["ccert_pubkey_fingerprint", ""],
    ["encryption_protocol", ""],
    ["encryption_cipher", ""],
    ["encryption_keysize", "0"],
    ["policy_context", context],
  ];
}
