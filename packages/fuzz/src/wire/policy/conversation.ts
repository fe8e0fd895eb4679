import type { Random } from "../random.js";

/** Lines of a request, before they are put in order. */
type Lines = readonly string[];

const SENDERS = [
  "",
  "ann@example.com",
  "eve@example.com",
  "slow@example.com",
  "jürgen@straße.test",
  "a b@x",
  "=",
  "a=b@c",
] as const;
const RECIPIENTS = ["", "bob@example.org", "rcpt@partner.test", "bärbel@example.org"] as const;
const STATES = [
  "RCPT",
  "RCPT",
  "RCPT",
  "RCPT",
  "DATA",
  "END-OF-MESSAGE",
  "MAIL",
  "EHLO",
  "CONNECT",
  "XCLIENT",
  "VRFY",
  "ETRN",
  "X",
  "",
] as const;
const CONTEXTS = [
  "",
  "",
  "",
  "each",
  "each",
  "each",
  "tagged",
  "tagged",
  "tagged",
  "no such",
  "constructor",
  "\x1b[31mred",
] as const;
const HOSTILE = [
  "\x1b[2J",
  "\r",
  "a\r\naction=OK",
  "\xff\xfe",
  "\xfc",
  "x".repeat(300),
  "sender=eve@example.com",
  "=",
  "\t",
] as const;
const OTHERS = [
  "protocol_name=ESMTP",
  "recipient_count=0",
  "queue_id=8045F2AB23",
  "reverse_client_name=unknown",
  "sasl_method=plain",
  "size=12345",
  "ccert_subject=solaris9.porcupine.org",
  "encryption_keysize=256",
  "tls_sni=mail.example.com",
  "stress=",
  "a_name_of_the_future=x",
  "sender_=x",
  "xsender=x",
] as const;

/** What is no policy protocol at all. */
const FOREIGN = [
  "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
  "EHLO x\r\n",
  "\x16\x03\x01\x02\x00\x01",
  "\n",
  "=\n",
  "request=junk\n\n",
] as const;

/** The octets of a connection, as a client sends them that is honest, careless or hostile. */
export function conversation(random: Random): Buffer {
  const parts: Buffer[] = [];
  const requests = 1 + random.below(150);
  let message = transaction(random);
  for (let sent = 0; sent < requests; sent++) {
    if (random.once(4)) message = transaction(random);
    const lines = inOrder(random, [...message, ...asked(random)]);
    parts.push(Buffer.from(`${lines.join("\n")}\n\n`, random.once(8) ? "latin1" : "utf8"));
    if (random.once(400)) parts.push(Buffer.from(random.pick(FOREIGN), "latin1"));
  }
  const whole = Buffer.concat(parts);
  const sent = random.once(6) ? whole.subarray(0, random.below(whole.length)) : whole;
  return random.once(3) ? mutated(random, sent) : sent;
}

/** What stays the same for all recipients of a message. */
function transaction(random: Random): Lines {
  const lines = ["request=smtpd_access_policy"];
  const some = (name: string, value: string) => {
    if (!random.once(20)) lines.push(`${name}=${random.once(30) ? random.pick(HOSTILE) : value}`);
  };
  some("instance", random.once(10) ? "" : String(random.below(3)));
  some("sender", random.pick(SENDERS));
  some("sasl_username", random.pick(["", "ann", "eve"]));
  some("client_address", random.pick(["192.0.2.1", "2001:db8::1", "unknown"]));
  some("client_name", random.pick(["unknown", "host.example.com"]));
  some("helo_name", random.pick(["", "client"]));
  some("policy_context", random.pick(CONTEXTS));
  for (let more = random.below(4); more > 0; more--) lines.push(random.pick(OTHERS));
  return lines;
}

/** What differs between two requests about one message. */
function asked(random: Random): Lines {
  const lines = [`protocol_state=${random.pick(STATES)}`, `recipient=${random.pick(RECIPIENTS)}`];
  if (random.once(20)) lines.push(`sender=${random.pick(SENDERS)}`);
  if (random.once(50)) lines.push(...Array.from({ length: random.below(40) }, () => random.pick(OTHERS)));
  if (random.once(300)) lines.push(`helo_name=${"x".repeat(random.below(4_000))}`);
  return lines;
}

function inOrder(random: Random, lines: Lines): Lines {
  if (!random.once(4)) return lines;
  const left = [...lines];
  return lines.map(() => left.splice(random.below(left.length), 1)[0] ?? "");
}

/** Octets that were changed, left out, doubled or put in, at up to six places. */
function mutated(random: Random, whole: Buffer): Buffer {
  let octets = whole;
  for (let times = 1 + random.below(6); times > 0; times--) {
    const at = random.below(octets.length + 1);
    const to = Math.min(octets.length, at + random.below(20));
    const [head, piece, tail] = [octets.subarray(0, at), octets.subarray(at, to), octets.subarray(to)];
    octets = Buffer.concat(
      random.pick([
        () => [head, random.octets(piece.length), tail],
        () => [head, tail],
        () => [head, piece, piece, tail],
        () => [
          head,
          Buffer.from(random.pick(["\n", "\n\n", "=", "\0", "\r\n", "\nsender=eve@example.com\n"])),
          piece,
          tail,
        ],
      ])(),
    );
  }
  return octets;
}
