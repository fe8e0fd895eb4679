import { resolve } from "node:path";
import { didYouMean, FromguardError } from "@fromguard/core";

/** What the plugin's section of ZoneMTA's configuration says. */
export interface Settings {
  /** The file of the policy. */
  readonly policy: string;
  /** Interfaces whose mail is not judged. */
  readonly skipInterfaces: readonly string[];
}

const KEYS = ["enabled", "ordering", "policy", "skip_interfaces"];
/** Mail that ZoneMTA itself makes. */
const OWN_INTERFACES = ["bounce"];

/**
 * Reads the section; ZoneMTA's reader does not tell in which file and line a key stands.
 *
 * @param name How the section is called
 * @throws FromguardError `FG_CONFIG_INVALID` with the key of the first fault
 */
export function readSettings(section: unknown, name: string): Settings {
  const given = (typeof section === "object" && section !== null ? section : {}) as Readonly<Record<string, unknown>>;
  const fault = (key: string, what: string) =>
    new FromguardError("FG_CONFIG_INVALID", what, { place: { key: `plugins.${JSON.stringify(name)}.${key}` } });
  for (const key of Object.keys(given)) {
    if (!KEYS.includes(key)) throw fault(key, `unknown key${didYouMean(key, KEYS)}`);
  }
  const { policy = "config/fromguard.yaml", skip_interfaces: skipped = OWN_INTERFACES } = given;
  if (typeof policy !== "string" || policy === "") throw fault("policy", "must be the name of a file");
  if (!Array.isArray(skipped) || !skipped.every((one) => typeof one === "string")) {
    throw fault("skip_interfaces", "must be a list of names");
  }
  return { policy: resolve(policy), skipInterfaces: skipped };
}
