import { CONFIG_OPTIONS, JSON_OPTION } from "./config-options.js";
import type { Usage } from "./usage.js";

const OVERRIDE = { type: "string", multiple: true, value: "NAME=VALUE" } as const;

/** `fromguard lint`. */
export const LINT = {
  summary: "report rules and maps of a Postfix or of ours that protect less than they seem to",
  about:
    "Report what makes a configuration protect less than it seems to: each with its line, what happens, and the cure.",
  synopsis: ["lint [--override NAME=VALUE]... [--json] MAIN_CF|CONFIG|MAP..."],
  options: {
    override: { ...OVERRIDE, help: "a parameter that wins over main.cf and master.cf; may stand several times" },
    json: { type: "boolean", help: 'print one line of JSON: {"files": [...], "findings": [...]}' },
  },
  operand: "files",
  notes: [
    "The master.cf beside main.cf is read: what holds in some of its smtpd services alone is told with their names. A file that ends in .yaml, .yml or .json is a configuration of fromguard, TYPE:SOURCE a map, any other a main.cf. Of a map, each line is told of which Postfix would complain, or that does what it hardly means to.",
  ],
  examples: [
    "fromguard lint /etc/postfix/main.cf",
    "fromguard lint --override smtpd_sasl_auth_enable=yes /etc/postfix/main.cf",
    "fromguard lint /etc/fromguard/fromguard.yaml pcre:/etc/postfix/sender_login_maps",
  ],
  exitCodes: "0 nothing found, 1 something was.",
} as const satisfies Usage;

/** `fromguard import`. */
export const IMPORT = {
  summary: "write a configuration of ours that decides as a Postfix does",
  about: "Write the configuration of fromguard that decides on senders as a main.cf does, and what it does not keep.",
  synopsis: ["import [--output FILE] [--exact] [--service NAME] [--override NAME=VALUE]... MAIN_CF"],
  options: {
    output: {
      type: "string",
      value: "FILE",
      completes: "files",
      help: "where to write it, a file that is not there yet; default standard output",
    },
    exact: {
      type: "boolean",
      help: "one rule that reads main.cf itself: Postfix's own replies to the letter, at RCPT TO. Without it, the rules of fromguard, and notes on what they leave out or do otherwise",
    },
    service: {
      type: "string",
      value: "NAME",
      help: "a service of the master.cf beside it that runs smtpd, such as submission: its -o are taken",
    },
    override: { ...OVERRIDE, help: "a parameter that wins over both files; may stand several times" },
  },
  operand: "files",
  notes: [
    "A service that decides by other parameters than those that are imported is named in a note. Notes stand as comments in the configuration, and on standard error: left-out, no rule does it; stricter, the rule also refuses what this Postfix accepts; reply, the same is refused in other words. Without the first two, both refuse the same.",
  ],
  examples: [
    "fromguard import /etc/postfix/main.cf",
    "fromguard import --output fromguard.yaml --service submission /etc/postfix/main.cf",
    "fromguard import --exact --output fromguard.yaml /etc/postfix/main.cf",
  ],
} as const satisfies Usage;

/** `fromguard postmap`, which reads its arguments as Postfix does. */
export const POSTMAP = {
  summary: "ask lookup tables, as Postfix's postmap -q does",
  about: "Look a key up in Postfix's lookup tables: the output and the exit code of postmap -q.",
  synopsis: ["postmap -q KEY [TYPE:]SOURCE...", "postmap -q - [TYPE:]SOURCE..."],
  options: {
    q: {
      type: "string",
      value: "KEY",
      help: "the key; the first map that has it answers. - reads keys from standard input, one a line, and prints KEY<tab>VALUE for each that is found",
    },
  },
  operand: "files",
  notes: [
    'A map without a type is a hash. Warnings are those of Postfix, and an error is told after "postmap: fatal:". As in Postfix, an error ends the command, and the last results before it, less than 4096 octets, are not printed. Postfix\'s other options are not supported.',
  ],
  examples: [
    "fromguard postmap -q alice@example.com pcre:/etc/postfix/sender_login_maps",
    "fromguard postmap -q - 'unionmap:{pcre:senders,texthash:more}' < keys",
  ],
  exitCodes: "0 found, 1 not found or an error, 64 wrong usage.",
} as const satisfies Usage;

/** `fromguard replay`. */
export const REPLAY = {
  summary: "tell what the policy would have done with the mail of a log",
  about: "Tell what the policy would have done with the messages in mail logs, why, and what would let them pass.",
  synopsis: ["replay [--config FILE] [--set KEY=VALUE]... [--json] LOG..."],
  options: { ...CONFIG_OPTIONS, ...JSON_OPTION },
  operand: "files",
  notes: [
    "A LOG is what Postfix writes to a file or, by journalctl -o export, to the journal; packed by gzip or not. - is standard input. Several are read in the order in which they were last written to. Logs tell the login, the client, the envelope sender and the recipients: rules on the header do not run, and are named. Domains are asked for today's DNS.",
  ],
  examples: ["fromguard replay /var/log/mail.log*", "journalctl -o export -u 'postfix*' | fromguard replay -"],
  exitCodes:
    "0 nothing would be refused, 1 something would, 75 something could not be told, or no line is one of a log, 66 a log cannot be read.",
} as const satisfies Usage;
