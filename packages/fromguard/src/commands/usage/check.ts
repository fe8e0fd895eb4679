import { CONFIG_OPTIONS } from "./config-options.js";
import type { Usage } from "./usage.js";

/** `fromguard check`. */
export const CHECK = {
  summary: "decide on one transaction and say why; or on one a line",
  about: "Decide on one transaction, and say which rule decides, on which line of which map, and what would change it.",
  synopsis: [
    "check [OPTION]... --sender ADDRESS",
    "check [--config FILE] [--set KEY=VALUE]... [--context NAME] --batch",
    "check --main-cf FILE [OPTION]... --sender ADDRESS [--recipient ADDRESS]",
    "check --main-cf FILE --local-user USER --sender ADDRESS",
  ],
  options: {
    ...CONFIG_OPTIONS,
    context: {
      type: "string",
      value: "NAME",
      help: "ask the rules of this policy_context instead of rules:; NAME@ADDRESS where several listeners have it",
    },
    login: { type: "string", value: "LOGIN", help: "who logged in; without it nobody did" },
    "local-user": { type: "string", value: "USER", help: "or: who submitted on this machine with sendmail" },
    client: { type: "string", value: "IP", help: "the client's address" },
    helo: { type: "string", value: "NAME", help: "what the client said in HELO or EHLO" },
    sender: { type: "string", value: "ADDRESS", help: "MAIL FROM; the null sender is '<>'" },
    recipient: { type: "string", multiple: true, value: "ADDRESS", help: "RCPT TO; may stand several times" },
    message: {
      type: "string",
      value: "FILE",
      completes: "files",
      help: "the message, octets as on the wire, or with LF alone as a file has it; - is standard input. Without it the header rules do not run",
    },
    json: { type: "boolean", help: "print the decision as one line of JSON" },
    batch: { type: "boolean", help: "read one transaction a line (JSON), answer one decision a line, in order" },
    "main-cf": {
      type: "string",
      value: "FILE",
      completes: "files",
      group: "main-cf",
      help: "Postfix's configuration. Tables are opened as by its daemons; policy servers are asked",
    },
    service: {
      type: "string",
      value: "NAME",
      group: "main-cf",
      help: "a service of the master.cf beside it that runs smtpd, such as submission: its -o are taken",
    },
    override: {
      type: "string",
      multiple: true,
      value: "NAME=VALUE",
      group: "main-cf",
      help: "a parameter that wins over both files; may stand several times",
    },
    "ignore-unknown": {
      type: "boolean",
      group: "main-cf",
      help: "go on with restrictions that are not known here: 451 4.3.5 when one is reached",
    },
    "dns-server": {
      type: "string",
      multiple: true,
      value: "ADDRESS",
      group: "main-cf",
      help: "a name server to ask, such as 127.0.0.1:5353; may stand several times; default resolv.conf",
    },
    "client-name": { type: "string", value: "NAME", group: "main-cf", help: "the client's host name; default unknown" },
    tls: {
      type: "boolean",
      group: "main-cf",
      help: "the session is under TLS; without it, it is where smtpd takes no other",
    },
  },
  groups: {
    "main-cf":
      "With --main-cf it tells the reply of a Postfix with this main.cf, and every restriction on the way to it:",
  },
  notes: [
    "With --local-user and --main-cf it tells what sendmail says instead: authorized_submit_users and local_login_sender_maps are asked for a name, or the number of a user without one. Names and numbers are those of /etc/passwd. Without --client a stranger sends, 192.0.2.1; without --helo he says [ADDRESS]. With --batch, a transaction without client came over no network, and nothing applies to it.",
  ],
  examples: [
    "fromguard check --login bob --sender alice@example.com",
    "fromguard check --main-cf /etc/postfix/main.cf --login bob --sender alice@example.com --recipient dave@example.net",
    "fromguard check --main-cf /etc/postfix/main.cf --local-user www-data --sender alice@example.com",
    "fromguard check --login bob --sender bob@example.com --message letter.eml",
    "fromguard check --context submission --sender alice@example.com",
    "fromguard check --sender '<>' --recipient alice@example.com --client 192.0.2.7 --json",
    `echo '{"login": "bob", "envelopeFrom": "alice@example.com"}' | fromguard check --batch`,
  ],
  exitCodes: "0 accepted, 1 refused, 75 deferred; with --batch 0, or 65 where a line was no transaction.",
} as const satisfies Usage;
