import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { LocalUsers, type Run } from "./local-users.js";
import { whyNotRun } from "./peers.js";
import { freePorts, untilAccepting } from "./postfix.js";

/** Where `npm run setup:peers` unpacks Sendmail. */
const ROOT = join(process.env.FROMGUARD_PEERS ?? "/var/lib/fromguard-peers", "sendmail");

/** The program, which is not the one of that name that Postfix installs. */
const SENDMAIL = join(ROOT, "usr/libexec/sendmail/sendmail");

/** Why its suites cannot run here, or undefined where they can. */
export function whyNoSendmail(): string | undefined {
  return whyNotRun([SENDMAIL, "m4", "unshare", "setpriv"]) ?? LocalUsers.whyNot();
}

/** Its folder: mounted onto this one, which nobody else may write, so that Sendmail trusts its files. */
const ETC = join(ROOT, "etc/mail");
const CF = join(ROOT, "usr/share/sendmail/cf");
const NOBODY = 65_534;
const AS_NOBODY = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--"];
const DELIVERY_MS = 15_000;
const RETRY_MS = 20;

/** What a {@link PrivateSendmail} is made of. */
export interface SendmailOptions {
  /** The port of each milter by its name; for each Sendmail listens on a port of its own. */
  readonly milters: Readonly<Record<string, number>>;
  /** Lines of sendmail.mc that a page shows: they stand before the mailers, and a port named `guide` has what they say. */
  readonly guide?: string;
  /** Passwords by login, for AUTH PLAIN; a login is `user@domain`. Default: nobody. */
  readonly users?: Readonly<Record<string, string>>;
}

/** Whether this machine has the loopback address of IPv6, so that Sendmail listens there, too. */
export const HAS_INET6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

/** A real Sendmail of its own: configuration and queue in a temporary folder, ports on loopback. It delivers at once, mail for `partner.test` only. */
export class PrivateSendmail {
  readonly folder: string;
  readonly #ports: ReadonlyMap<string, number>;
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;

  private constructor(folder: string, ports: ReadonlyMap<string, number>) {
    this.folder = folder;
    this.#ports = ports;
    this.#child = spawn("unshare", inside(folder, [SENDMAIL, "-C", join(ETC, "sendmail.cf"), "-bD"]), {
      stdio: "ignore",
    });
    this.#closed = new Promise((resolve) => this.#child.once("close", () => resolve()));
  }

  static async start({ milters, users = {}, guide }: SendmailOptions): Promise<PrivateSendmail> {
    const folder = await mkdtemp(join(tmpdir(), "fromguard-sendmail-"));
    await chmod(folder, 0o755);
    const names = [...Object.keys(milters), ...(guide === undefined ? [] : ["guide"])];
    const free = await freePorts(names.length);
    const ports = new Map(names.map((name, index) => [name, free[index] as number]));
    await configure(folder, mainMc(milters, ports, guide));
    for (const [login, password] of Object.entries(users)) addUser(folder, login, password);
    const sendmail = new PrivateSendmail(folder, ports);
    try {
      for (const port of ports.values()) await untilAccepting(port);
    } catch (error) {
      await sendmail.stop();
      throw error;
    }
    return sendmail;
  }

  /** The port that asks the milter of that name. */
  port(name: string): number {
    const port = this.#ports.get(name);
    if (port === undefined) throw new Error(`no milter ${name}`);
    return port;
  }

  /** Runs `sendmail` with the configuration of local submission, as a program of this machine would. It hands its mail to the milter's port of that name. */
  async submit(name: string, args: readonly string[], input: string): Promise<Run> {
    await writeFile(join(this.folder, "submit.cf"), expand(submitMc(this.port(name))));
    const child = spawn(
      "unshare",
      inside(this.folder, [...AS_NOBODY, SENDMAIL, "-Ac", "-C", join(ETC, "submit.cf"), ...args]),
    );
    const [stdout, stderr, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
      child.stdin.end(input, "latin1"),
    ]);
    return { status, stdout, stderr };
  }

  /** The message that was delivered to a mailbox, once it is there: octets as latin1, lines end in LF, the envelope sender in a first line `From `. */
  async deliveredTo(localPart: string): Promise<string> {
    const until = Date.now() + DELIVERY_MS;
    for (;;) {
      const message = await readFile(join(this.folder, "mail", localPart), "latin1").catch(() => undefined);
      if (message !== undefined) return message;
      if (Date.now() > until) throw new Error(`nothing was delivered to ${localPart}`);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /** The mailboxes that got mail. */
  async mailboxes(): Promise<readonly string[]> {
    return (await readdir(join(this.folder, "mail"))).sort();
  }

  /** The control files of the messages that are held in quarantine. */
  async quarantined(): Promise<readonly string[]> {
    const queue = join(this.folder, "queue");
    const held = (await readdir(queue)).filter((name) => name.startsWith("hf"));
    return Promise.all(held.map((name) => readFile(join(queue, name), "latin1")));
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#closed;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A program sees the folder as Sendmail's, and a machine whose name is known without asking a name server. */
function inside(folder: string, command: readonly string[]): readonly string[] {
  const script = `mount --bind "$0" ${ETC} && mount --bind "$0/hosts" /etc/hosts && hostname mail.example.com && exec "$@"`;
  return ["--mount", "--uts", "--propagation", "private", "sh", "-c", script, folder, ...command];
}

async function configure(folder: string, mc: string): Promise<void> {
  for (const name of ["queue", "client", "mail", "sasl2"]) await mkdir(join(folder, name), { mode: 0o700 });
  for (const name of ["mail", "client"]) await chown(join(folder, name), NOBODY, NOBODY);
  const write = (name: string, content: string) => writeFile(join(folder, name), content);
  await write("hosts", "127.0.0.1 mail.example.com localhost\n::1 localhost\n");
  await write("service.switch", "hosts files\naliases files\n");
  await write("sasl2/Sendmail.conf", `pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: ${ETC}/sasldb2\n`);
  await write("deposit", `#!/bin/sh\numask 022\ncat >"${ETC}/mail/.$1" && mv "${ETC}/mail/.$1" "${ETC}/mail/$1"\n`);
  await chmod(join(folder, "deposit"), 0o755);
  await write("sendmail.cf", expand(mc));
}

/** What m4 makes of a configuration. */
function expand(mc: string): string {
  return execFileSync("m4", [`-D_CF_DIR_=${CF}/`, join(CF, "m4/cf.m4"), "-"], { input: mc, encoding: "latin1" });
}

function addUser(folder: string, login: string, password: string): void {
  const [user = "", realm = ""] = login.split("@");
  const file = join(folder, "sasldb2");
  execFileSync(join(ROOT, "usr/sbin/saslpasswd2"), ["-f", file, "-p", "-c", "-u", realm, user], { input: password });
}

/** How each configuration begins. */
const HOST_MC = `define(\`MAIL_SETTINGS_DIR', \`${ETC}/')dnl
OSTYPE(\`linux')dnl
define(\`confDOMAIN_NAME', \`mail.example.com')dnl
`;

function submitMc(port: number): string {
  return `${HOST_MC}define(\`MSP_QUEUE_DIR', \`${ETC}/client')dnl
define(\`STATUS_FILE', \`${ETC}/status')dnl
define(\`confPID_FILE', \`${ETC}/client.pid')dnl
define(\`confSERVICE_SWITCH_FILE', \`${ETC}/service.switch')dnl
define(\`confRUN_AS_USER', \`nobody')dnl
define(\`RELAY_MAILER_ARGS', \`TCP $h ${port}')dnl
FEATURE(\`msp', \`[127.0.0.1]')dnl
`;
}

const LOGINS_MC = "define(`confAUTH_MECHANISMS', `PLAIN')dnl\nTRUST_AUTH_MECH(`PLAIN')dnl\n";

/** A daemon that asks the filters of INPUT_MAIL_FILTER. */
const guideMc = (lines: string, ports: ReadonlyMap<string, number>) =>
  `${lines}DAEMON_OPTIONS(\`Name=guide, Family=inet, Addr=127.0.0.1, Port=${ports.get("guide")}')dnl\n`;

/** Loads do not matter: it refuses no connection and queues nothing because the machine is busy. */
function mainMc(
  milters: Readonly<Record<string, number>>,
  ports: ReadonlyMap<string, number>,
  guide: string | undefined,
): string {
  const listensOn = (name: string, family: string, address: string) =>
    `DAEMON_OPTIONS(\`Name=${name}, Family=${family}, Addr=${address}, Port=${ports.get(name)}, InputMailFilters=${name}')dnl
`;
  const daemons = Object.entries(milters).map(
    ([name, milter]) =>
      `MAIL_FILTER(\`${name}', \`S=inet:${milter}@127.0.0.1, F=T, T=C:30s;S:30s;R:30s;E:5m')dnl
${listensOn(name, "inet", "127.0.0.1")}${HAS_INET6 ? listensOn(name, "inet6", "::1") : ""}`,
  );
  return `${HOST_MC}define(\`QUEUE_DIR', \`${ETC}/queue')dnl
define(\`STATUS_FILE', \`${ETC}/status')dnl
define(\`HELP_FILE', \`')dnl
define(\`ALIAS_FILE', \`')dnl
define(\`confPID_FILE', \`${ETC}/pid')dnl
define(\`confSERVICE_SWITCH_FILE', \`${ETC}/service.switch')dnl
define(\`confTO_IDENT', \`0')dnl
define(\`confDELIVERY_MODE', \`interactive')dnl
define(\`confQUEUE_LA', \`1000000')dnl
define(\`confREFUSE_LA', \`1000000')dnl
define(\`confDELAY_LA', \`1000000')dnl
${guide === undefined ? LOGINS_MC : guideMc(guide, ports)}FEATURE(\`no_default_msa')dnl
FEATURE(\`nocanonify')dnl
FEATURE(\`accept_unresolvable_domains')dnl
FEATURE(\`accept_unqualified_senders')dnl
${daemons.join("")}LOCAL_CONFIG
ESASL_CONF_PATH=${ETC}/sasl2
LOCAL_RULE_0
R$* < @ partner.test $* > $*	$#deposit $@ partner.test $: $1
MAILER_DEFINITIONS
Mdeposit,	P=${ETC}/deposit, F=lsDFMu9, S=0, R=0, T=DNS/RFC822/X-Unix,
		U=nobody:nogroup, A=deposit $u
MAILER(\`smtp')dnl
`;
}
