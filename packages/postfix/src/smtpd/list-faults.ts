import { didYouMean } from "@fromguard/core";
import { shown } from "../main-cf/shown.js";
import { refusedRestrictions } from "../restrictions/refused.js";
import { predefinedClasses } from "../restrictions/registry.js";
import { readReplyFilter } from "../restrictions/reply-filter.js";
import { isRestrictionName, restrictionNames, takesWord } from "./restriction-names.js";

/**
 * What is wrong with the words of a list, so that it would answer 451 4.3.5 where it is reached: a name of nothing, a
 * restriction that is not evaluated, a DNS list whose filter cannot be read.
 *
 * Behind `permit` nothing is read, and nothing behind a `reject` or `defer` that `warn_if_reject` does not precede; in a class
 * they may be softened from without, and the words behind them count.
 *
 * @param owner the parameter or class
 */
export function faultsOf(
  owner: string,
  words: readonly string[],
  classes: ReadonlyMap<string, unknown>,
): readonly string[] {
  const faults: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as string;
    if (word.includes(":")) continue;
    const name = word.toLowerCase();
    const isSoftened = classes.has(owner) || words[at - 1]?.toLowerCase() === "warn_if_reject";
    if (name === "permit" || (!isSoftened && (name === "reject" || name === "defer"))) break;
    if (takesWord(name)) {
      at += 1;
      const argument = words[at] ?? "";
      if (isBadFilter(name, argument)) faults.push(`${word}: bad filter of DNS answers: "${shown(argument)}"`);
    } else if (!isRestrictionName(name) && !classes.has(word) && !predefinedClasses.has(word)) {
      faults.push(unknown(word, name, classes));
    }
  }
  return faults;
}

function isBadFilter(name: string, argument: string): boolean {
  if (!/rbl|wl_client/.test(name) || !argument.includes("=")) return false;
  return readReplyFilter(argument.slice(argument.indexOf("=") + 1)) === undefined;
}

function unknown(word: string, name: string, classes: ReadonlyMap<string, unknown>): string {
  const reason = refusedRestrictions.get(name);
  if (reason !== undefined) return `smtpd restriction "${word}" is not evaluated: ${reason}`;
  const names = [...restrictionNames(), ...predefinedClasses.keys(), ...classes.keys()];
  return `unknown smtpd restriction: "${shown(word)}"${didYouMean(word, names)}`;
}
