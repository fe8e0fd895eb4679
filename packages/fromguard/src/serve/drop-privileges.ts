import { access, constants, readFile } from "node:fs/promises";
import { FromguardError } from "@fromguard/core";
import { type Config, reasonOf } from "../config/config.js";
import type { Io } from "../io.js";

/** Who the process becomes. */
interface Identity {
  readonly user: string | number;
  readonly group: string | number;
}

/**
 * Where the process runs as root and the configuration names a user, becomes that user, with its groups, for good. To be called when every
 * port is open and every file read.
 *
 * @param files what a reload has to read as that user
 * @returns whether the process runs as root still
 * @throws FromguardError naming the key, for a user or group that is not known, and the file that the user cannot read
 */
export async function dropPrivileges(
  config: Config,
  files: Iterable<string>,
  { uid }: Pick<Io, "uid">,
): Promise<boolean> {
  if (uid !== 0) return false;
  const { user } = config;
  if (user === undefined) return true;
  const { group } = await identityOf(user, config);
  become({ user, group }, config);
  if (process.getuid?.() === 0) return true;
  for (const file of files) {
    try {
      await access(file, constants.R_OK);
    } catch (cause) {
      const what = `${file}: the user ${user} cannot read it, so that a reload would fail: ${reasonOf(cause)}`;
      throw new FromguardError("FG_CONFIG_INVALID", what, { place: config.document.place(["user"]), cause });
    }
  }
  return false;
}

async function identityOf(user: string | number, config: Config): Promise<Identity> {
  if (config.group !== undefined) return { user, group: config.group };
  const accounts = (await readFile("/etc/passwd", "utf8").catch(() => "")).split("\n").map((line) => line.split(":"));
  const account = accounts.find(([name, , id]) => name === user || id === String(user));
  const group = Number(account?.[3] || Number.NaN);
  if (Number.isInteger(group)) return { user, group };
  throw new FromguardError("FG_CONFIG_INVALID", `the user ${user} is not in /etc/passwd: name its group beside it`, {
    place: config.document.place(["user"]),
  });
}

/** Node has it on every POSIX platform; its types do not. */
const withGroups = process as NodeJS.Process & {
  readonly initgroups?: (user: string | number, extraGroup: string | number) => void;
};

/** The groups first: who is not root any more cannot change them. */
function become({ user, group }: Identity, config: Config): void {
  const at = (key: "user" | "group", step: () => void) => {
    try {
      step();
    } catch (cause) {
      const what = `cannot become ${key} ${config[key]}: ${cause instanceof Error ? cause.message : String(cause)}`;
      throw new FromguardError("FG_CONFIG_INVALID", what, { place: config.document.place([key]), cause });
    }
  };
  at("group", () => process.setgroups?.([]));
  at("group", () => process.setgid?.(group));
  at("user", () => (typeof user === "string" ? withGroups.initgroups?.(user, group) : undefined));
  at("user", () => process.setuid?.(user));
}
