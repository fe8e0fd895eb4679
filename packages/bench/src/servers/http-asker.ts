import type { Asker, Question, Said, ServerAddress } from "./question.js";
import { isHonest, type SeedMail, seedMails } from "./seed.js";
import { socketAsker } from "./socket-asker.js";
import type { Subject } from "./subject.js";

/** Octets of each message, about. */
const MESSAGE_OCTETS = 2048;

const END_OF_HEAD = "\r\n\r\n";

/** One mail in each form in which a server over HTTP may be asked. */
export interface HttpPayload {
  /** `POST /v1/check`, the message in base64. */
  readonly check: Buffer;
  /** `POST /checkv2`, as clients of Rspamd do: the message is the body, the envelope in header fields. */
  readonly checkv2: Buffer;
}

const CLIENT = "198.51.100.7";
const HELO = "client.example.org";

/** As a client with a connection that it keeps asks. */
export function httpQuestions(): readonly Question<HttpPayload>[] {
  return seedMails({ headers: true }).map((mail, index) => {
    const message = messageOf(mail, index);
    return {
      payload: { check: check(mail, message), checkv2: checkv2(mail, message) },
      expected: isHonest(mail) ? "pass" : "refuse",
    };
  });
}

function check({ login, envelopeFrom, recipient }: SeedMail, message: string): Buffer {
  const body = JSON.stringify({
    login,
    client: CLIENT,
    helo: HELO,
    envelopeFrom,
    recipients: [recipient],
    message: Buffer.from(message, "latin1").toString("base64"),
  });
  return post("/v1/check", ["Content-Type: application/json"], body);
}

function checkv2({ login, envelopeFrom, recipient }: SeedMail, message: string): Buffer {
  const facts = [`From: ${envelopeFrom}`, `Rcpt: ${recipient}`, `User: ${login}`, `IP: ${CLIENT}`, `Helo: ${HELO}`];
  return post("/checkv2", [...facts, "Connection: keep-alive"], message);
}

function post(path: string, fields: readonly string[], body: string): Buffer {
  const common = ["Host: 127.0.0.1", "User-Agent: mta/1.0", "Accept: */*", ...fields, `Content-Length: ${body.length}`];
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${common.join("\r\n")}${END_OF_HEAD}${body}`, "latin1");
}

function messageOf({ headerFrom, recipient }: SeedMail, index: number): string {
  const header = [
    "Received: from client.example.org (client.example.org [198.51.100.7])\r\n\tby mx.example.com (Postfix) with ESMTPSA id 4D3A1",
    "Date: Mon, 30 Nov 2026 09:00:00 +0000",
    `From: User <${headerFrom}>`,
    `To: ${recipient}`,
    "Subject: The figures of the third quarter",
    `Message-ID: <${index}@client.example.org>`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
  ].join("\r\n");
  const line = "The figures of the third quarter are in the table that Ann has sent.\r\n";
  return `${header}\r\n\r\n${line.repeat(Math.ceil((MESSAGE_OCTETS - header.length) / line.length))}`;
}

/** Asks in the form that the server takes, on another connection where the server closes its own behind an answer. */
export async function httpAsker(
  address: ServerAddress,
  { form = "check" }: Pick<Subject, "form"> = {},
): Promise<Asker<HttpPayload>> {
  const asker = await socketAsker(address, (come) => {
    const end = come.indexOf(END_OF_HEAD);
    if (end < 0) return undefined;
    const head = come.slice(0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
    const body = come.slice(end + END_OF_HEAD.length);
    if (!(body.length >= length)) return undefined;
    return { said: readDecision(head, body), isLast: /\r\nconnection: close/i.test(head) };
  });
  return {
    get isOpen() {
      return asker.isOpen;
    },
    ask: (payload, done) => asker.ask(payload[form], done),
    close: () => asker.close(),
  };
}

/** The actions of `/v1/check` and of `/checkv2`. */
const SAID: Readonly<Record<string, Said>> = {
  accept: "pass",
  reject: "refuse",
  "no action": "pass",
};

function readDecision(head: string, body: string): Said {
  if (!head.startsWith("HTTP/1.1 200 ")) return "neither";
  const { action = "" } = JSON.parse(body) as { readonly action?: string };
  return SAID[action] ?? "neither";
}
