import type { Asker, Question, Said, ServerAddress } from "./question.js";
import { isHonest, seedMails } from "./seed.js";
import { socketAsker } from "./socket-asker.js";

/** What Postfix asks a policy service at RCPT TO, each question of another message. */
export function policyQuestions(): readonly Question<Buffer>[] {
  return seedMails({ headers: false }).map((mail, index) => ({
    payload: Buffer.from(
      `request=smtpd_access_policy
protocol_state=RCPT
protocol_name=ESMTP
client_address=198.51.100.7
client_name=client.example.org
client_port=52144
reverse_client_name=client.example.org
server_address=192.0.2.25
server_port=587
helo_name=client.example.org
sender=${mail.envelopeFrom}
recipient=${mail.recipient}
recipient_count=0
queue_id=
instance=${(4096 + index).toString(16)}.6a1c8f2e.${index}.0
size=2048
etrn_domain=
stress=
sasl_method=PLAIN
sasl_username=${mail.login}
sasl_sender=
ccert_subject=
ccert_issuer=
ccert_fingerprint=
ccert_pubkey_fingerprint=
encryption_protocol=TLSv1.3
encryption_cipher=TLS_AES_256_GCM_SHA384
encryption_keysize=256
policy_context=
mail_version=3.7.11

`,
      "latin1",
    ),
    expected: isHonest(mail) ? "pass" : "refuse",
  }));
}

/** Connects as Postfix does: one request, one answer. */
export function policyAsker(address: ServerAddress): Promise<Asker<Buffer>> {
  return socketAsker(address, (come) => (come.endsWith("\n\n") ? { said: readAction(come) } : undefined));
}

/** @see access(5) */
function readAction(answer: string): Said {
  const action = /^action=(.*)\n\n$/i.exec(answer)?.[1] ?? "";
  if (/^(?:DUNNO|PREPEND )/i.test(action)) return "pass";
  return /^(?:REJECT|5\d\d )/i.test(action) ? "refuse" : "neither";
}
