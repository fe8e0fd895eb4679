import { access, constants, readFile } from "node:fs/promises";
import { FromguardError } from "@fromguard/core";
import { type Config, reasonOf } from "../config/config.js";
import type { Io } from "../io.js";

/** Who the daemon becomes where it is started as root and the configuration names nobody: the first that the machine has. */
export const DEFAULT_USERS = ["fromguard", "nobody"] as const;

/** Who the process becomes. */
interface Identity {
  readonly user: string | number;
  readonly group: string | number;
  /** Whose further groups it has; undefined for a number without an account. */
  readonly account: string | undefined;
}

/**
 * Where the process runs as root, becomes the user that the configuration names, or one of {@link DEFAULT_USERS}, with its groups, for
 * good. To be called when every port is open and every file read.
 *
 * @param files what has to be read again as that user
 * @returns what the administrator should know of it, one sentence each
 * @throws FromguardError naming the key, for a user or group that is not known, for a machine that has none of the default users, and the
 * file that the user cannot read
 */
export async function dropPrivileges(
  config: Config,
  files: Iterable<string>,
  { uid }: Pick<Io, "uid">,
): Promise<readonly string[]> {
  if (uid !== 0) return [];
  const identity = await identityOf(config);
  const { user } = identity;
  become(identity, config);
  if (process.getuid?.() === 0) return ["runs as root: name another user (user:)"];
  for (const file of files) {
    try {
      await access(file, constants.R_OK);
    } catch (cause) {
      const cure = "let it, or name another user (user: or --user); user: root stays root";
      const what = `${file}: the user ${user} cannot read it, so that it could not be read again: ${reasonOf(cause)}; ${cure}`;
      throw new FromguardError("FG_CONFIG_INVALID", what, { place: config.document.place(["user"]), cause });
    }
  }
  if (config.user !== undefined || user !== "nobody") return [];
  return [
    "was started as root and runs as nobody, as other programs may: make the user fromguard (docs/install.md), or name one (user: or --user)",
  ];
}

/**
 * Who the daemon becomes.
 *
 * @throws FromguardError naming the key where nobody can be found
 */
export async function identityOf(config: Config): Promise<Identity> {
  const accounts = (await readFile("/etc/passwd", "utf8").catch(() => "")).split("\n").map((line) => line.split(":"));
  const accountOf = (user: string | number) => accounts.find(([name, , id]) => name === user || id === String(user));
  const user = config.user ?? DEFAULT_USERS.find((name) => accountOf(name) !== undefined);
  const fault = (what: string) =>
    new FromguardError("FG_CONFIG_INVALID", what, { place: config.document.place(["user"]) });
  if (user === undefined) {
    throw fault(
      `started as root, and the machine has none of the users ${DEFAULT_USERS.join(" and ")} to become: name one (user: or --user); user: root stays root`,
    );
  }
  const account = accountOf(user)?.[0] ?? (typeof user === "string" ? user : undefined);
  if (config.group !== undefined) return { user, group: config.group, account };
  const group = Number(accountOf(user)?.[3] || Number.NaN);
  if (Number.isInteger(group)) return { user, group, account };
  throw fault(`the user ${user} is not in /etc/passwd: name its group beside it`);
}

/** Node has it on every POSIX platform; its types do not. */
const withGroups = process as NodeJS.Process & {
  readonly initgroups?: (user: string | number, extraGroup: string | number) => void;
};

/** The groups first: who is not root any more cannot change them. */
function become(identity: Identity, config: Config): void {
  const { user, group, account } = identity;
  const at = (key: "user" | "group", step: () => void) => {
    try {
      step();
    } catch (cause) {
      const what = `cannot become ${key} ${identity[key]}: ${cause instanceof Error ? cause.message : String(cause)}`;
      throw new FromguardError("FG_CONFIG_INVALID", what, { place: config.document.place([key]), cause });
    }
  };
  at("group", () => process.setgroups?.([]));
  at("group", () => process.setgid?.(group));
  at("user", () => (account === undefined ? undefined : withGroups.initgroups?.(account, group)));
  at("user", () => process.setuid?.(user));
}
