import { FromguardError, type Place } from "@fromguard/core";

/** A parameter that a service sets for itself with `-o`. */
export interface Override {
  readonly name: string;
  readonly value: string;
  /** The line of the option. */
  readonly place: Place;
}

/** An argument of a program. */
interface Argument {
  readonly text: string;
  readonly place: Place;
}

/** Options of smtpd that take a value, and those that take none. */
const WITH_VALUE = "imnorst";
const WITHOUT = "cdDlSuvVz";

/**
 * Reads the arguments of an smtpd.
 *
 * @throws FromguardError FG_CONFIG_INVALID, with the line, for an argument that smtpd does not take
 * @see Postfix single_server.c, split_nameval(3), getopt(3)
 */
export function readOptions(args: readonly Argument[]): readonly Override[] {
  const overrides: Override[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const { text, place } = args[at] as Argument;
    if (!/^-[^-]/.test(text)) throw invalid(`unexpected command-line argument: ${text}`, place);
    for (let letter = 1; letter < text.length; letter += 1) {
      const option = text[letter] ?? "";
      if (WITHOUT.includes(option)) continue;
      if (!WITH_VALUE.includes(option)) throw invalid(`invalid option: -${option}`, place);
      const rest = text.slice(letter + 1);
      if (rest === "") at += 1;
      const value = rest === "" ? args[at] : { text: rest, place };
      if (value === undefined) throw invalid(`option requires an argument: -${option}`, place);
      if (option === "o") overrides.push(readOverride(value));
      break;
    }
  }
  return overrides;
}

function readOverride({ text, place }: Argument): Override {
  const [, name = "", equals = "", value = ""] = /^[\t-\r ]*([^=\t-\r ]*)[\t-\r ]*(=?)(.*)$/s.exec(text) ?? [];
  if (name !== "" && equals !== "") return { name, value: trimmed(value), place: { ...place, key: name } };
  const why = name === "" ? "missing attribute name" : "missing '=' after attribute name";
  throw invalid(`invalid "-o ${text}" option value: ${why}`, place);
}

function invalid(what: string, place: Place): FromguardError {
  return new FromguardError("FG_CONFIG_INVALID", what, { place });
}

/** Without white space at both ends, as Postfix sees it. */
export function trimmed(text: string): string {
  return text.replace(/^[\t-\r ]+/, "").replace(/(?<![\t-\r ])[\t-\r ]+$/, "");
}
