import { FromguardError, logicalLines, type Place, splitOutsideBraces, type TableWarning } from "@fromguard/core";
import { defaults } from "./defaults.js";
import { ExpansionFault, expand } from "./expand.js";
import type { MainCf } from "./main-cf.js";
import { mynetworksOf } from "./own-networks.js";
import { shown } from "./shown.js";
import { readBool, readInt, readSeconds } from "./values.js";

/** Options of {@link readMainCf}. */
export interface MainCfOptions {
  /** As shown in messages. */
  readonly file: string;
  /** What wins over the file: `-o name=value` of master.cf or the command line, by name. Default none. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** Where overrides stand, by name: the line of master.cf. Default: only the name is known. */
  readonly overridePlaces?: Readonly<Record<string, Place>>;
  /** The name of the host, on which `myhostname` and `mydomain` rest where main.cf has neither. Default `localhost`. */
  readonly hostname?: string;
  /**
   * The addresses of the host as `address/length`, from which `mynetworks` is derived where main.cf has none. Default those of the
   * loopback interface, so that no neighbour is trusted by mistake.
   */
  readonly interfaces?: readonly string[];
  /**
   * The text of the file that `myorigin` names, as on Debian (`myorigin = /etc/mailname`); its first line is the value. May throw a
   * FromguardError. Default: such a `myorigin` is an error once it is asked for.
   */
  readonly originFile?: (path: string) => string;
}

interface Entry {
  /** Undefined where it is not UTF-8. */
  readonly value: string | undefined;
  readonly place: Place;
}

/**
 * Reads main.cf: `name = value` on logical lines, where a later one wins. Values are expanded when they are asked for; what is
 * wrong in a value that nobody asks for is a warning, as are undefined names.
 *
 * @param text octets are UTF-8; a value that is not cannot be had, other bytes do not matter
 * @throws FromguardError FG_CONFIG_INVALID, with file and line, for a line that is no setting
 * @see Postfix postconf(5), dict_load_fp in dict(3)
 */
export function readMainCf(
  text: string | Uint8Array,
  options: MainCfOptions,
): { readonly config: MainCf; readonly warnings: readonly TableWarning[] } {
  const warnings: TableWarning[] = [];
  const entries = readEntries(text, options.file, warnings);
  for (const [name, value] of Object.entries(options.overrides ?? {})) {
    entries.delete(name);
    entries.set(name, { value: trim(value), place: options.overridePlaces?.[name] ?? { key: name } });
  }
  const config = new Parameters(entries, options);
  for (const name of config.names) warnings.push(...config.faultsOf(name));
  return { config, warnings };
}

function readEntries(text: string | Uint8Array, file: string, warnings: TableWarning[]): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  const warn = (line: number, what: string) => warnings.push({ kind: "postfix", file, line, text: what });
  const isOctets = typeof text !== "string";
  const decode = (line: string): string | undefined => (isOctets ? decodeUtf8(line) : line);
  const { lines, stray } = logicalLines(isOctets ? octetsAsText(text) : text);
  for (const { line, text: what } of stray) warn(line, `${file}: ${decode(what) ?? "logical line is not UTF-8"}`);
  for (const { text: raw, line } of lines) {
    const [setting = ""] = raw.split("\0", 1);
    if (setting !== raw) warn(line, `${file}, line ${line}: text after null byte may be ignored`);
    const [, name = "", equals = "", value = ""] = /^([^=\t-\r ]*)[\t-\r ]*(=?)(.*)$/s.exec(setting) ?? [];
    if (name === "" || equals === "") {
      const what = name === "" ? "missing attribute name" : "missing '=' after attribute name";
      const begin = decode(setting.slice(0, MAX_SHOWN)) ?? "(not UTF-8)";
      throw new FromguardError("FG_CONFIG_INVALID", `${what}: "${begin}"`, { place: { file, line } });
    }
    const key = decode(name) ?? name;
    const entry = { value: decode(trim(value)), place: { file, line, key } };
    const earlier = entries.get(key);
    if (earlier !== undefined && earlier.value !== entry.value) {
      warn(line, `${file}, line ${line}: overriding earlier entry: ${key}=${shown(earlier.value ?? "(not UTF-8)")}`);
    }
    entries.set(key, entry);
  }
  return entries;
}

class Parameters implements MainCf {
  readonly file: string;
  readonly names: readonly string[];
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #expanded = new Map<string, string>();
  readonly #hostname: string;
  readonly #interfaces: readonly string[];
  readonly #originFile: MainCfOptions["originFile"];

  constructor(entries: ReadonlyMap<string, Entry>, options: MainCfOptions) {
    this.file = options.file;
    this.names = [...entries.keys()];
    this.#entries = entries;
    this.#hostname = options.hostname ?? "localhost";
    this.#originFile = options.originFile;
    this.#interfaces = options.interfaces ?? ["127.0.0.1/8", "::1/128"];
  }

  get(name: string): string {
    const known = this.#expanded.get(name);
    if (known !== undefined) return known;
    let value: string;
    try {
      const raw = this.#raw(name) ?? "";
      value = UNEXPANDED.has(name) ? raw : this.#expand(raw, () => {});
    } catch (error) {
      if (error instanceof ExpansionFault) throw this.#invalid(name, error.message);
      throw error;
    }
    if (name === "myorigin" && value.startsWith("/")) value = this.#originIn(value);
    this.#expanded.set(name, value);
    return value;
  }

  isSet(name: string): boolean {
    return this.#entries.has(name);
  }

  place(name: string): Place {
    return this.#entries.get(name)?.place ?? { key: name };
  }

  bool(name: string): boolean {
    return this.#typed(name, readBool);
  }

  int(name: string): number {
    return this.#typed(name, readInt);
  }

  seconds(name: string): number {
    return this.#typed(name, readSeconds);
  }

  list(name: string): readonly string[] {
    return splitOutsideBraces(this.get(name));
  }

  /** What Postfix, or postconf, would say of a value. */
  faultsOf(name: string): readonly TableWarning[] {
    const entry = this.#entries.get(name);
    if (entry === undefined || UNEXPANDED.has(name)) return [];
    const { file = this.file, line } = entry.place;
    const at = line === undefined ? this.file : `${file}, line ${line}`;
    const warning = (what: string): TableWarning => ({
      kind: "postfix",
      file,
      line: line ?? 0,
      text: `${at}: ${name}: ${what}`,
    });
    const faults: TableWarning[] = [];
    try {
      const undefinedNames = new Set<string>();
      this.#expand(this.#raw(name) ?? "", (missing) => undefinedNames.add(missing));
      for (const missing of undefinedNames) faults.push(warning(`undefined parameter: ${shown(missing)}`));
    } catch (error) {
      if (!(error instanceof ExpansionFault)) throw error;
      faults.push(warning(error.message));
    }
    return faults;
  }

  #expand(value: string, onUndefined: (name: string) => void): string {
    return expand(value, (name) => {
      const raw = this.#raw(name);
      if (raw === undefined) onUndefined(name);
      return raw;
    });
  }

  /** The unexpanded value. */
  #raw(name: string): string | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return this.#derived(name) ?? defaults.get(name);
    if (entry.value === undefined) throw new ExpansionFault(`the value of ${name} is not UTF-8`);
    return entry.value;
  }

  /** Built-in values that depend on the machine. */
  #derived(name: string): string | undefined {
    switch (name) {
      case "myhostname": {
        if (this.#hostname.includes(".")) return this.#hostname;
        return `${this.#hostname}.${this.isSet("mydomain") ? "$mydomain" : DEFAULT_DOMAIN}`;
      }
      case "mydomain": {
        const host = this.get("myhostname");
        const dot = host.indexOf(".");
        return dot < 0 ? DEFAULT_DOMAIN : host.slice(dot + 1);
      }
      case "mynetworks":
        return mynetworksOf(this, this.#interfaces);
      default:
        return undefined;
    }
  }

  #originIn(path: string): string {
    if (this.#originFile === undefined) throw this.#invalid("myorigin", `the file ${path} is not read here`);
    const [line] = logicalLines(this.#originFile(path)).lines;
    if (line === undefined) throw this.#invalid("myorigin", `myorigin file ${path} is empty`);
    return trim(line.text);
  }

  #typed<T>(name: string, read: (name: string, value: string) => T | { readonly fault: string }): T {
    const value = this.get(name);
    const result = read(name, value);
    if (typeof result === "object" && result !== null && "fault" in result) throw this.#invalid(name, result.fault);
    return result as T;
  }

  #invalid(name: string, what: string): FromguardError {
    return new FromguardError("FG_CONFIG_INVALID", what, { place: this.place(name) });
  }
}

/** What Postfix expands only when it is used, with names of that moment. */
const UNEXPANDED: ReadonlySet<string> = new Set(["default_rbl_reply", "mailbox_command", "smtpd_reject_footer"]);

const DEFAULT_DOMAIN = "localdomain";
const MAX_SHOWN = 200;

const trim = (text: string): string => text.replace(/^[\t-\r ]+/, "").replace(/(?<![\t-\r ])[\t-\r ]+$/, "");

/** One character for each octet. */
function octetsAsText(octets: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < octets.length; at += CHUNK) parts.push(String.fromCharCode(...octets.subarray(at, at + CHUNK)));
  return parts.join("");
}

const CHUNK = 8192;

function decodeUtf8(octets: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(octets, (char) => char.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
