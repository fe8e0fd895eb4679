import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** A user of the machine; undefined `name` for one that the password database lacks. */
export interface User {
  readonly uid: number;
  readonly name: string | undefined;
}

/** What a program did. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Users of their own, in front of a real, set-group-id `sendmail` and `postdrop`.
 *
 * Each program runs in a mount namespace of its own, in which the folder is `/etc/postfix` and `/etc/passwd` holds only these users: the
 * programs believe no other configuration of a user who is not root.
 */
export class LocalUsers {
  readonly #folder: string;

  /** @param folder holds main.cf, and gets the password database */
  constructor(folder: string, users: readonly User[]) {
    this.#folder = folder;
    const known = users.filter(({ name }) => name !== undefined);
    const lines = known.map(({ name, uid }) => `${name}:x:${uid}:${uid}::/:/bin/sh\n`);
    writeFileSync(join(folder, "passwd"), lines.join(""));
  }

  /** Why such namespaces cannot be had here; undefined where they can. */
  static whyNot(): string | undefined {
    const { status, stderr } = spawnSync("unshare", ["--mount", "--propagation", "private", "true"], {
      encoding: "latin1",
    });
    return status === 0 ? undefined : `no mount namespace: ${stderr.trim()}`;
  }

  /** Runs a program as a user of no group but his own. */
  run(user: User, command: readonly string[], options: { readonly input?: string | Uint8Array } = {}): Run {
    const { status, stdout, stderr } = spawnSync("unshare", this.#inside(user, command), {
      input: options.input ?? "",
      encoding: "latin1",
    });
    return { status, stdout, stderr };
  }

  #inside({ uid }: User, command: readonly string[]): readonly string[] {
    const script = 'mount --bind "$0" /etc/postfix && mount --bind "$0/passwd" /etc/passwd && exec "$@"';
    const id = String(uid);
    const as = ["setpriv", "--reuid", id, "--regid", id, "--clear-groups", "--"];
    return ["--mount", "--propagation", "private", "sh", "-c", script, this.#folder, ...as, ...command];
  }
}
