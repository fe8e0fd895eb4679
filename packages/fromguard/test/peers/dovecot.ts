import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const START_MS = 15_000;

/** A real Dovecot that is only a SASL server: its auth socket is what `smtpd_sasl_path` names. */
export class PrivateDovecot {
  readonly folder: string;
  readonly #child: ChildProcess;

  private constructor(folder: string, child: ChildProcess) {
    this.folder = folder;
    this.#child = child;
  }

  /** Starts it with these users and passwords. */
  static async start(users: Readonly<Record<string, string>>): Promise<PrivateDovecot> {
    const folder = await mkdtemp(join(tmpdir(), "fromguard-dovecot-"));
    await chmod(folder, 0o755);
    const passwords = Object.entries(users).map(([user, password]) => `${user}:{PLAIN}${password}\n`);
    await writeFile(join(folder, "users"), passwords.join(""));
    await writeFile(
      join(folder, "dovecot.conf"),
      `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols =
ssl = no
listen = 127.0.0.1
disable_plaintext_auth = no
auth_mechanisms = plain login
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${folder}
}
service auth {
  unix_listener ${folder}/auth {
    mode = 0666
  }
}
`,
    );
    const child = spawn("dovecot", ["-F", "-c", join(folder, "dovecot.conf")], { stdio: "ignore" });
    const dovecot = new PrivateDovecot(folder, child);
    await dovecot.#ready();
    return dovecot;
  }

  /** For `smtpd_sasl_path`. */
  get socket(): string {
    return join(this.folder, "auth");
  }

  async #ready(): Promise<void> {
    const until = Date.now() + START_MS;
    while (
      !(await stat(this.socket).then(
        (found) => found.isSocket(),
        () => false,
      ))
    ) {
      if (this.#child.exitCode !== null || Date.now() > until) throw new Error("dovecot did not start");
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.kill("SIGTERM");
    await closed;
    await rm(this.folder, { recursive: true, force: true });
  }
}
