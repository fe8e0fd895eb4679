import { FromguardError, logicalLines, type Place, type TableWarning, unbraced } from "@fromguard/core";
import { LineMap } from "./line-map.js";
import { type Override, readOptions, trimmed } from "./options.js";

/** A service of master.cf. */
export interface MasterService {
  /** As written: `submission`, `127.0.0.1:10025`. */
  readonly name: string;
  readonly type: string;
  /** The line on which it begins. */
  readonly place: Place;
  /** The program, as written: `smtpd`. */
  readonly command: string;
  /** What `-o` of an smtpd sets, in order: a later one of the same name wins. Empty for other programs, whose options are not read. */
  readonly overrides: readonly Override[];
}

/** The types of service that Postfix has. */
const TYPES = ["inet", "unix", "unix-dgram", "fifo", "pass"];

/**
 * Reads master.cf: a service on each logical line. Of those with the same name and type the last counts, which is a warning.
 *
 * @throws FromguardError FG_CONFIG_INVALID, with file and line, for a line with which Postfix would not start, and for options with
 * which an smtpd would not
 * @see Postfix master(5), get_master_ent in master_ent.c
 */
export function readMasterCf(
  text: string,
  { file }: { readonly file: string },
): { readonly services: readonly MasterService[]; readonly warnings: readonly TableWarning[] } {
  const warnings: TableWarning[] = [];
  const warn = (line: number, what: string) =>
    warnings.push({ kind: "postfix", file, line, text: `${file}, line ${line}: ${what}` });
  const { lines, stray } = logicalLines(text);
  for (const { line, text: what } of stray) warn(line, what);
  const physical = text.split("\n");
  const services = new Map<string, MasterService>();
  for (const { text: entry, line } of lines) {
    const service = readService(entry, file, new LineMap(physical, line));
    const key = `${service.name}/${service.type}`;
    if (services.delete(key)) warn(line, `duplicate entry for service "${service.name}": using the last entry`);
    services.set(key, service);
  }
  return { services: [...services.values()], warnings };
}

/** The columns behind name and type, and what stands for `-`. */
const COLUMNS: readonly (readonly [name: string, fault: (value: string, type: string) => string | undefined])[] = [
  [
    "private",
    (value, type) =>
      notBoolean(value) ?? (type === "inet" && value !== "n" ? "inet service cannot be private" : undefined),
  ],
  ["unprivileged", notBoolean],
  ["chroot", notBoolean],
  ["wakeup_time", notNumber],
  ["max_proc", notNumber],
];

function readService(entry: string, file: string, lines: LineMap): MasterService {
  const place = { file, line: lines.first };
  const invalid = (what: string, at: Place = place) => new FromguardError("FG_CONFIG_INVALID", what, { place: at });
  const words = wordsOf(entry);
  const next = (field: string): string => {
    const { value } = words.next();
    if (value === undefined) throw invalid(`missing "${field}" field`);
    return value.text;
  };
  const name = next("service name");
  const type = next("transport type");
  if (!TYPES.includes(type)) throw invalid(type === "-" ? NO_DEFAULT("transport type") : `bad transport type: ${type}`);
  for (const [field, faultOf] of COLUMNS) {
    const value = next(field);
    const fault = faultOf(value, type);
    if (fault !== undefined) throw invalid(fault === "" ? `field "${field}": bad value: "${value}"` : fault);
  }
  const command = next("command");
  if (command === "-") throw invalid(NO_DEFAULT("command"));
  const args = [...words].map(({ text, at }) => {
    const where = { file, line: lines.lineAt(at) };
    if (!text.startsWith("{")) return { text, place: where };
    const inner = unbraced(text);
    if ("fault" in inner) throw invalid(inner.fault, where);
    return { text: trimmed(inner.text), place: where };
  });
  return { name, type, place, command, overrides: runsSmtpd({ command }) ? readOptions(args) : [] };
}

/** Whether the program of a service is smtpd, wherever it lies. */
export function runsSmtpd({ command }: Pick<MasterService, "command">): boolean {
  return /(?:^|\/)smtpd$/.test(command);
}

const NO_DEFAULT = (field: string) => `field "${field}" has no default value`;

/** An empty text for a value that is bad without more words. */
function notBoolean(value: string): string | undefined {
  return /^[yn-]$/.test(value) ? undefined : "";
}

function notNumber(value: string): string | undefined {
  return /^(?:-$|\d)/.test(value) ? undefined : "";
}

interface Word {
  readonly text: string;
  /** Where it begins. */
  readonly at: number;
}

/**
 * The words of an entry: those of the first eight columns split at blanks, those behind at blanks outside braces.
 *
 * @see Postfix mystrtok(3)
 */
function* wordsOf(entry: string): Generator<Word, undefined> {
  let at = 0;
  for (let column = 0; ; column += 1) {
    while (BLANK.test(entry[at] ?? "")) at += 1;
    if (at >= entry.length) return;
    const start = at;
    let level = 0;
    for (; at < entry.length; at += 1) {
      const char = entry[at] ?? "";
      if (level === 0 && BLANK.test(char)) break;
      if (column < 8) continue;
      if (char === "{") level += 1;
      else if (char === "}" && level > 0) level -= 1;
    }
    yield { text: entry.slice(start, at), at: start };
  }
}

const BLANK = /[\t-\r ]/;
