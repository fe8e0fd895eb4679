import { FromguardError, type Place } from "@fromguard/core";
import type { LintedService, MainCf } from "@fromguard/postfix";
import { absoluteMap } from "../main-cf/configuration-of.js";
import { readMainCfFile } from "../main-cf/load-main-cf.js";
import { readServices, smtpdNamed } from "../main-cf/load-master-cf.js";
import { list } from "../report/words.js";

/** What a configuration is made of. */
export interface FoundPostfix {
  readonly config: MainCf;
  readonly services: readonly LintedService[];
  /** The login maps, with the paths that Postfix takes; none where it has none. */
  readonly maps: readonly string[];
  /** Where they are named. */
  readonly place: Place;
}

const MAPS = "smtpd_sender_login_maps";

/**
 * Reads main.cf, and master.cf beside it, and finds the login maps of the service in which users log in.
 *
 * @param name that service; default the one list of maps that main.cf and all services that run smtpd have
 * @throws FromguardError where a file cannot be read or Postfix would not start; where services have different maps; Exit 64 for a
 * service that is not there
 */
export async function readPostfix(file: string, name: string | undefined): Promise<FoundPostfix> {
  const { services } = await readServices(file, []);
  const service = name === undefined ? undefined : await smtpdNamed(name, file);
  const { config } = await readMainCfFile(file, { overrides: [], service });
  const seen = name === undefined ? [config, ...services.map((each) => each.config)] : [config];
  const byMaps = new Map(seen.flatMap((each) => (mapsOf(each).length === 0 ? [] : [[mapsOf(each).join(", "), each]])));
  if (byMaps.size > 1) {
    const names = services.filter((each) => mapsOf(each.config).length > 0).map((each) => each.service.name);
    throw new FromguardError(
      "FG_CONFIG_INVALID",
      `services have different login maps: name the one in which users log in with --service (${list([...new Set(names)], "or")})`,
      { place: { file, key: MAPS } },
    );
  }
  const [holder = config] = byMaps.values();
  return { config: holder, services, maps: mapsOf(holder), place: holder.place(MAPS) };
}

function mapsOf(config: MainCf): readonly string[] {
  return config.list(MAPS).map((map) => absoluteMap(map, config));
}
