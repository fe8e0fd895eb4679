import { DEFAULT_CONFIG_FILE } from "../config/config.js";

/** What `--help` prints, by command. */
export const HELP = {
  fromguard: `fromguard answers one question wherever mail passes: may this login send as this address?

Usage: fromguard COMMAND [OPTION]...

Commands:
  serve   run the listeners of the configuration, for an MTA to ask
  check   decide on one transaction and say why; or on one a line
  who     tell who may send as an address, and by what
  may     tell as what a login may send, and by what
  lint    report rules of a Postfix or of ours that protect less than they seem to
  import  write a configuration of ours that decides as a Postfix does
  postmap ask lookup tables, as Postfix's postmap -q does
  replay  tell what the policy would have done with the mail of a log
  demo    watch it refuse forged senders, on this machine alone

Options:
  --help, -h      this text; fromguard COMMAND --help tells more
  --version, -V   the version

Examples:
  fromguard demo
  fromguard check --config fromguard.yaml --login bob --sender alice@example.com
  fromguard serve --config ${DEFAULT_CONFIG_FILE}

Exit codes: 64 wrong usage, 66 a file is missing, 78 an error in the configuration.
`,

  serve: `Run the listeners of the configuration until SIGTERM or SIGINT.

Usage: fromguard serve [--config FILE]

Options:
  --config FILE   the configuration; default ${DEFAULT_CONFIG_FILE}

All listeners start, or none. Each decision is logged as one line of JSON on standard output.
A map, grants and the main.cf of postfix-restrictions are read again when a file of theirs changes, or at SIGHUP. What is
broken or gone by then stays as it was read before, and the log says so: map-kept, with file, line and cause.

A configuration for Postfix:
  listeners:
    - policy: 127.0.0.1:10040        # check_policy_service inet:127.0.0.1:10040
    - milter: 127.0.0.1:10041        # smtpd_milters = inet:127.0.0.1:10041
  ownership:
    - login-map: pcre:/etc/postfix/sender_login_maps

Without rules: it holds sender-fqdn, domain-exists, login-owns-envelope, header-originators-owned.
`,

  check: `Decide on one transaction, and say which rule decides, on which line of which map, and what would change it.

Usage: fromguard check [OPTION]... --sender ADDRESS
       fromguard check [--config FILE] [--context NAME] --batch
       fromguard check --main-cf FILE [OPTION]... --sender ADDRESS [--recipient ADDRESS]
       fromguard check --main-cf FILE --local-user USER --sender ADDRESS

Options:
  --config FILE         the configuration; default ${DEFAULT_CONFIG_FILE}
  --context NAME        ask the rules of this policy_context instead of rules:; NAME@ADDRESS where several listeners have it
  --login LOGIN         who logged in; without it nobody did
  --local-user USER     or: who submitted on this machine with sendmail
  --client IP           the client's address
  --helo NAME           what the client said in HELO or EHLO
  --sender ADDRESS      MAIL FROM; the null sender is '<>'
  --recipient ADDRESS   RCPT TO; may stand several times
  --message FILE        the message, octets as on the wire, or with LF alone as a file has it; - is standard input.
                        Without it the header rules do not run
  --json                print the decision as one line of JSON
  --batch               read one transaction a line (JSON), answer one decision a line, in order

With --main-cf it tells the reply of a Postfix with this main.cf, and every restriction on the way to it:
  --main-cf FILE          Postfix's configuration. Tables are opened as by its daemons; policy servers are asked
  --service NAME          a service of the master.cf beside it that runs smtpd, such as submission: its -o are taken
  --override NAME=VALUE   a parameter that wins over both files; may stand several times
  --ignore-unknown        go on with restrictions that are not known here: 451 4.3.5 when one is reached
  --dns-server ADDRESS    a name server to ask, such as 127.0.0.1:5353; may stand several times; default resolv.conf
  --client-name NAME      the client's host name; default unknown
  --tls                   the session is under TLS; without it, it is where smtpd takes no other
  With --local-user it tells what sendmail says instead: authorized_submit_users and local_login_sender_maps are asked for a
  name, or the number of a user without one. Names and numbers are those of /etc/passwd.
  Without --client a stranger sends, 192.0.2.1; without --helo he says [ADDRESS]. With --batch, a transaction without
  client came over no network, and nothing applies to it.

Examples:
  fromguard check --login bob --sender alice@example.com
  fromguard check --main-cf /etc/postfix/main.cf --login bob --sender alice@example.com --recipient dave@example.net
  fromguard check --main-cf /etc/postfix/main.cf --local-user www-data --sender alice@example.com
  fromguard check --login bob --sender bob@example.com --message letter.eml
  fromguard check --context submission --sender alice@example.com
  fromguard check --sender '<>' --recipient alice@example.com --client 192.0.2.7 --json
  echo '{"login": "bob", "envelopeFrom": "alice@example.com"}' | fromguard check --batch

Exit codes: 0 accepted, 1 refused, 75 deferred; with --batch 0, or 65 where a line was no transaction.
`,

  who: `Tell who may send as an address: each login with its right, and the statements or the line of the map that give it.

Usage: fromguard who [--config FILE] [--json] ADDRESS

Options:
  --config FILE   the configuration; default ${DEFAULT_CONFIG_FILE}
  --json          print one line of JSON: {"holdings": [...], "gaps": [...]}

Examples:
  fromguard who sales@example.com
  fromguard who --json '"odd name"@example.com'

Exit codes: 0 somebody may, 1 nobody, 75 a source could not answer, or cannot be listed: what is known is printed.
`,

  may: `Tell as what a login may send: each address or pattern with its right, and the statements or the line of the map that give it.

Usage: fromguard may [--config FILE] [--json] LOGIN

@example.com stands for every address there, @*.example.com for those at the domains below, and a pattern of a map for itself.

Options:
  --config FILE   the configuration; default ${DEFAULT_CONFIG_FILE}
  --json          print one line of JSON: {"holdings": [...], "gaps": [...]}

Examples:
  fromguard may alice
  fromguard may --config fromguard.yaml bob@example.com

Exit codes: 0 something, 1 nothing, 75 a source could not answer, or cannot be listed: what is known is printed.
`,

  lint: `Report what makes a configuration protect less than it seems to: each with its line, what happens, and the cure.

Usage: fromguard lint [--override NAME=VALUE]... [--json] MAIN_CF
       fromguard lint [--json] CONFIG.yaml

Options:
  --override NAME=VALUE   a parameter that wins over main.cf and master.cf; may stand several times
  --json                  print one line of JSON: {"file": ..., "findings": [...]}

The master.cf beside main.cf is read: what holds in some of its smtpd services alone is told with their names.
A file that ends in .yaml, .yml or .json is a configuration of fromguard, any other a main.cf.

Examples:
  fromguard lint /etc/postfix/main.cf
  fromguard lint --override smtpd_sasl_auth_enable=yes /etc/postfix/main.cf
  fromguard lint /etc/fromguard/fromguard.yaml

Exit codes: 0 nothing found, 1 something was.
`,

  import: `Write the configuration of fromguard that decides on senders as a main.cf does, and what it does not keep.

Usage: fromguard import [--output FILE] [--exact] [--service NAME] [--override NAME=VALUE]... MAIN_CF

Options:
  --output FILE           where to write it, a file that is not there yet; default standard output
  --exact                 one rule that reads main.cf itself: Postfix's own replies to the letter, at RCPT TO. Without it, the
                          rules of fromguard, and notes on what they leave out or do otherwise
  --service NAME          a service of the master.cf beside it that runs smtpd, such as submission: its -o are taken
  --override NAME=VALUE   a parameter that wins over both files; may stand several times

A service that decides by other parameters than those that are imported is named in a note.
Notes stand as comments in the configuration, and on standard error: left-out, no rule does it; stricter, the rule also
refuses what this Postfix accepts; reply, the same is refused in other words. Without the first two, both refuse the same.

Examples:
  fromguard import /etc/postfix/main.cf
  fromguard import --output fromguard.yaml --service submission /etc/postfix/main.cf
  fromguard import --exact --output fromguard.yaml /etc/postfix/main.cf
`,

  postmap: `Look a key up in Postfix's lookup tables: the output and the exit code of postmap -q.

Usage: fromguard postmap -q KEY [TYPE:]SOURCE...
       fromguard postmap -q - [TYPE:]SOURCE...

Options:
  -q KEY   the key; the first map that has it answers. - reads keys from standard input, one a line, and prints
           KEY<tab>VALUE for each that is found

A map without a type is a hash. Warnings are those of Postfix, and an error is told after "postmap: fatal:". As in
Postfix, an error ends the command, and the last results before it, less than 4096 octets, are not printed.
Postfix's other options are not supported.

Examples:
  fromguard postmap -q alice@example.com pcre:/etc/postfix/sender_login_maps
  fromguard postmap -q - 'unionmap:{pcre:senders,texthash:more}' < keys

Exit codes: 0 found, 1 not found or an error, 64 wrong usage.
`,

  replay: `Tell what the policy would have done with the messages in mail logs, why, and what would let them pass.

Usage: fromguard replay [--config FILE] [--json] LOG...

Options:
  --config FILE   the configuration; default ${DEFAULT_CONFIG_FILE}
  --json          print one line of JSON

A LOG is what Postfix writes to a file or, by journalctl -o export, to the journal; packed by gzip or not. - is standard input.
Several are read in the order in which they were last written to. Logs tell the login, the client, the envelope sender and
the recipients: rules on the header do not run, and are named. Domains are asked for today's DNS.

Examples:
  fromguard replay /var/log/mail.log*
  journalctl -o export -u 'postfix*' | fromguard replay -

Exit codes: 0 nothing would be refused, 1 something would, 75 something could not be told, 66 a log cannot be read.
`,

  demo: `Start a submission server with the guard in it, send it honest mail and forgeries over SMTP, and show what became of each.

Usage: fromguard demo

The policy, milter and HTTP listeners run beside it and are asked the same. Everything stays on loopback, on ports that the
system chooses. On a terminal the listeners stay up afterwards, and the lines that connect a Postfix are printed.

Exit codes: 0 every message got the answer it should, 1 one did not.
`,
} as const;
