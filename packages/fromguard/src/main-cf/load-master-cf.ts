import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FromguardError } from "@fromguard/core";
import { type LintedService, type MasterService, readMasterCf, runsSmtpd } from "@fromguard/postfix";
import { Exit, exitCodes } from "../exit-codes.js";
import { list } from "../report/words.js";
import { readMainCfFile, readOctets } from "./load-main-cf.js";

/** The services of a master.cf that run smtpd, and what is wrong with the file; one sentence each. */
interface LoadedMasterCf {
  readonly smtpds: readonly MasterService[];
  readonly warnings: readonly string[];
}

/** The most services that run smtpd. */
const MAX_SMTPDS = 1000;

/**
 * Reads the master.cf beside a main.cf.
 *
 * @throws FromguardError FG_FILE_UNREADABLE; FG_CONFIG_INVALID, with file and line, for a bad line
 */
async function readMasterCfBeside(mainCf: string): Promise<LoadedMasterCf> {
  const file = masterCfOf(mainCf);
  const { services, warnings } = readMasterCf(new TextDecoder().decode(await readOctets(file)), { file });
  const smtpds = services.filter(runsSmtpd);
  if (smtpds.length > MAX_SMTPDS) {
    throw new FromguardError("FG_CONFIG_INVALID", `over ${MAX_SMTPDS} services run smtpd`, { place: { file } });
  }
  return { smtpds, warnings: warnings.map(({ text }) => text) };
}

/**
 * The smtpd services of the master.cf beside a main.cf, each with the parameters that it sees; none where there is no master.cf.
 *
 * @param overrides `name=value`; they win over both files
 * @throws FromguardError as {@link readMasterCfBeside} and `readMainCfFile`
 */
export async function readServices(
  mainCf: string,
  overrides: readonly string[],
): Promise<{ readonly services: readonly LintedService[]; readonly warnings: readonly string[] }> {
  if (!(await hasMasterCfBeside(mainCf))) return { services: [], warnings: [] };
  const { smtpds, warnings } = await readMasterCfBeside(mainCf);
  const services: LintedService[] = [];
  const said = new Set(warnings);
  for (const service of smtpds) {
    const read = await readMainCfFile(mainCf, { overrides, service });
    services.push({ service, config: read.config });
    for (const warning of read.warnings) said.add(warning);
  }
  return { services, warnings: [...said] };
}

/** Whether there is a master.cf beside a main.cf; one that cannot be read is there. */
async function hasMasterCfBeside(mainCf: string): Promise<boolean> {
  try {
    await stat(masterCfOf(mainCf));
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}

/**
 * The service of the master.cf beside a main.cf that runs smtpd under a name: `submission`, or `submission/inet`.
 *
 * @throws FromguardError as {@link readMasterCfBeside}; Exit 64 where not exactly one has that name
 */
export async function smtpdNamed(name: string, mainCf: string): Promise<MasterService> {
  const { smtpds } = await readMasterCfBeside(mainCf);
  const fullName = (service: MasterService) => `${service.name}/${service.type}`;
  const named = smtpds.filter((service) => service.name === name || fullName(service) === name);
  const [service] = named;
  if (service !== undefined && named.length === 1) return service;
  const what = service === undefined ? "runs smtpd under that name" : "is meant: more than one has that name";
  const among = service === undefined ? smtpds : named;
  const known = among.length === 0 ? "none runs smtpd" : `there is ${list(among.map(fullName), "and")}`;
  throw new Exit(exitCodes.usage, `--service ${name}: no one service of ${masterCfOf(mainCf)} ${what}; ${known}`);
}

function masterCfOf(mainCf: string): string {
  return join(dirname(mainCf), "master.cf");
}
