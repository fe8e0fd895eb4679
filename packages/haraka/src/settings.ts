import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { didYouMean, FromguardError } from "@fromguard/core";
import type { HarakaConfig } from "./host.js";

/** What `config/fromguard.ini` says. */
export interface Settings {
  /** The file of the policy. */
  readonly policy: string;
  readonly listener: string;
  /** Which mail without a login is not judged. */
  readonly skip: Readonly<Record<SkipKey, boolean>>;
}

type SkipKey = (typeof SKIP)[number];

const FILE = "fromguard.ini";
const MAIN = ["policy", "listener"];
const SKIP = ["relaying", "private_ip", "local_ip"] as const;
const WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  false: false,
  no: false,
  off: false,
};

type Section = Readonly<Record<string, unknown>>;

/**
 * Reads `config/fromguard.ini` through Haraka, the defaults of the package beneath it.
 *
 * @param onChange Called when the file has changed
 * @throws FromguardError `FG_CONFIG_INVALID` with file, line and key of the first fault: an unknown section or key, a switch that is none
 */
export function readSettings(config: HarakaConfig, onChange: () => void): Settings {
  const folder = config.overrides_path ?? config.root_path;
  const file = join(folder, FILE);
  const read = config.get(FILE, onChange) as Readonly<Record<string, Section | undefined>>;
  const { main = {}, skip = {}, ...strays } = read;
  const fault = (section: string, key: string | undefined, what: string) => {
    const name = section === "main" ? key : [section, key].filter((part) => part !== undefined).join(".");
    return new FromguardError("FG_CONFIG_INVALID", what, {
      place: { file, ...lineOf(file, section, key), key: name ?? "" },
    });
  };
  const known = (section: string, values: Section, keys: readonly string[]) => {
    for (const key of Object.keys(values)) {
      if (!keys.includes(key)) throw fault(section, key, `unknown key${didYouMean(key, keys)}`);
    }
  };
  const [stray] = Object.keys(strays);
  if (stray !== undefined) throw fault(stray, undefined, `unknown section${didYouMean(stray, ["main", "skip"])}`);
  known("main", main, MAIN);
  known("skip", skip, SKIP);
  const text = (key: string) => {
    const value = String(main[key] ?? "").trim();
    if (value === "") throw fault("main", key, "must not be empty");
    return value;
  };
  const isOn = (key: SkipKey) => {
    const word = WORDS[String(skip[key] ?? "false").toLowerCase()];
    if (word === undefined) throw fault("skip", key, "must be true or false");
    return word;
  };
  return {
    policy: resolve(folder, text("policy")),
    listener: text("listener"),
    skip: { relaying: isOn("relaying"), private_ip: isOn("private_ip"), local_ip: isOn("local_ip") },
  };
}

/** The line of a section or of a key in it; Haraka's reader does not tell. */
function lineOf(file: string, section: string, key: string | undefined): { readonly line?: number } {
  let lines: readonly string[];
  try {
    lines = readFileSync(file, "utf8").split("\n");
  } catch {
    return {};
  }
  let at = "main";
  for (const [index, text] of lines.entries()) {
    const name = /^\s*\[\s*([^\]]*?)\s*\]\s*$/.exec(text)?.[1];
    at = name ?? at;
    const found = key === undefined ? name === section : at === section && text.split("=")[0]?.trim() === key;
    if (found) return { line: index + 1 };
  }
  return {};
}
