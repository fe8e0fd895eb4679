import { constants } from "node:fs";
import { access, readFile, stat } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import type { FromguardError } from "@fromguard/core";
import { invalid, type KeyPath, parseListenAddress } from "@fromguard/node";
import { addressesOf } from "./addresses.js";
import type { Config } from "./config.js";
import { accessOf } from "./listeners.js";

/**
 * What a configuration names of its machine that `serve` would refuse, without opening anything: folders of unix sockets that are not
 * there, and their owners and groups that nobody is.
 */
export async function faultsOfHost(config: Config): Promise<readonly FromguardError[]> {
  const { document, listeners, metrics } = config;
  const faults: FromguardError[] = [];
  const accesses = [...listeners.map(({ options }) => accessOf(options)), metrics?.access];
  for (const [at, { address, path }] of addressesOf(listeners, metrics?.listen).entries()) {
    const parsed = parseListenAddress(address);
    if (parsed.kind !== "unix") continue;
    const folder = dirname(parsed.path);
    const isFolder = await stat(folder).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    if (!isFolder) faults.push(invalid(document, path, `there is no folder ${folder}`));
    const beside = path[0] === "metrics" ? path : path.slice(0, -1);
    for (const key of ["owner", "group"] as const) {
      const fault = await faultOfName(accesses[at]?.[key], key);
      if (fault !== undefined) faults.push(invalid(document, [...beside, key], fault));
    }
  }
  return faults;
}

const FILES = { owner: ["/etc/passwd", "user"], group: ["/etc/group", "group"] } as const;

/** A number needs no name. */
async function faultOfName(name: string | number | undefined, key: keyof typeof FILES): Promise<string | undefined> {
  if (typeof name !== "string") return undefined;
  const [file, what] = FILES[key];
  const lines = (await readFile(file, "utf8").catch(() => "")).split("\n");
  return lines.some((line) => line.startsWith(`${name}:`)) ? undefined : `${file} has no ${what} ${name}`;
}

/** That the command for suspects could not be run; nothing where there is none, or it could. */
export async function commandGaps({ suspects, document }: Config): Promise<readonly string[]> {
  const [program] = suspects?.command ?? [];
  if (program === undefined) return [];
  const candidates = program.includes("/")
    ? [program]
    : (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, program));
  for (const candidate of candidates) if (await isProgram(candidate)) return [];
  const path: KeyPath = ["account-suspect", "command"];
  return [
    invalid(document, path, `${program} is no program that can be run, so that nobody is told of a suspect`).message,
  ];
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
