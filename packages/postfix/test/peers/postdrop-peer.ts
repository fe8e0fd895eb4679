import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalUsers, type User } from "../../../fromguard/test/peers/local-users.js";

/** Parameters of one main.cf; `@DIR@` in values stands for the folder with the files. */
export type Parameters = Readonly<Record<string, string>>;

/** What one user asks of one main.cf; without a sender only whether he may submit mail. */
export interface Asked {
  readonly parameters: Parameters;
  readonly user: User;
  readonly sender?: string;
}

const ROOT: User = { uid: 0, name: "root" };

/** The accounts that Postfix itself needs. */
const SYSTEM: readonly User[] = [ROOT, { uid: 102, name: "postfix" }, { uid: 65534, name: "nobody" }];

/** Who is refused waits for a second: so many wait at once. */
const AT_ONCE = 250;

/** Runs of `postdrop`, a line each: name of its files, uid, folder of its main.cf. */
const SCRIPT = `exec xargs -P ${AT_ONCE} -L 1 sh -c '
  MAIL_CONFIG=$2 setpriv --reuid "$1" --regid "$1" --clear-groups -- postdrop <"$0.in" >"$0.out" 2>"$0.err" || true'`;

/** A real `postdrop`, set-group-id as it is installed, asked many things at once. No Postfix runs behind it. */
export class PostdropPeer {
  readonly folder = mkdtempSync(join(tmpdir(), "fromguard-postdrop-"));
  readonly #local: LocalUsers;

  constructor(users: readonly User[], files: Readonly<Record<string, string>> = {}) {
    chmodSync(this.folder, 0o755);
    for (const name of ["dynamicmaps.cf", "dynamicmaps.cf.d"]) {
      cpSync(`/etc/postfix/${name}`, join(this.folder, name), { recursive: true });
    }
    for (const name of ["maildrop", "public"]) {
      const queue = join(this.folder, "queue", name);
      mkdirSync(queue, { recursive: true });
      execFileSync("chown", ["postfix:postdrop", queue]);
      chmodSync(queue, name === "maildrop" ? 0o730 : 0o710);
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.folder, name), text);
    this.#local = new LocalUsers(this.folder, [...SYSTEM, ...users]);
  }

  /** What postdrop tells each user: undefined where it takes the mail, else the line, or the reason, of its refusal. */
  ask(asked: readonly Asked[]): readonly (string | undefined)[] {
    const configs = new Map<string, string>();
    const runs = mkdtempSync(join(this.folder, "runs-"));
    const lines = asked.map(({ parameters, user, sender }, index) => {
      const text = Object.entries(parameters).map(([name, value]) => `${name} = ${value}\n`);
      const config = configs.get(text.join("")) ?? join(runs, `config-${configs.size}`);
      configs.set(text.join(""), config);
      const at = join(runs, String(index));
      writeFileSync(`${at}.in`, sender === undefined ? "" : message(sender));
      return `${at} ${user.uid} ${config}\n`;
    });
    for (const [text, config] of configs) {
      mkdirSync(config);
      for (const name of ["dynamicmaps.cf", "dynamicmaps.cf.d"]) {
        cpSync(join(this.folder, name), join(config, name), { recursive: true });
      }
      this.#writeMainCf(config, text);
    }
    chmodSync(runs, 0o755);
    this.#writeMainCf(this.folder, `alternate_config_directories = ${[...configs.values()].join(" ")}\n`);
    const ran = this.#local.run(ROOT, ["sh", "-c", SCRIPT], { input: Buffer.from(lines.join("")) });
    if (ran.status !== 0) throw new Error(`postdrop was not run: ${ran.stderr}`);
    return asked.map(({ sender }, index) => {
      const read = (suffix: string) => readFileSync(join(runs, `${index}.${suffix}`), "utf8");
      const said = /^postdrop: fatal: (.*)$/m.exec(read("err"))?.[1];
      if (said !== undefined || sender === undefined) return said;
      const [, status, reason] = /status\0(\d+)\0reason\0([^\0]*)\0/.exec(read("out")) ?? [];
      if (status === undefined) throw new Error(`no answer of postdrop: ${read("err")}`);
      return status === "0" ? undefined : reason;
    });
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  #writeMainCf(folder: string, text: string): void {
    const file = join(folder, "main.cf");
    const settings = `compatibility_level = 3.6\nqueue_directory = ${this.folder}/queue\n${text}`;
    writeFileSync(file, settings.replaceAll("@DIR@", this.folder));
    // Postfix waits until a file that was just written has cooled down.
    utimesSync(file, 1e9, 1e9);
  }
}

/** A message with one recipient and no content, as `sendmail` hands it to `postdrop`. */
function message(sender: string): Uint8Array {
  return Buffer.concat([record("S", sender), record("R", "rcpt@partner.test"), record("M"), record("X"), record("E")]);
}

/** @see Postfix record(3) */
function record(type: string, text = ""): Uint8Array {
  const content = Buffer.from(text);
  const length: number[] = [];
  for (let rest = content.length; ; rest >>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Buffer.from(type), Buffer.from(length), content]);
}
