import { fold } from "../address/fold.js";
import type { Table } from "../table/table.js";

const SEPARATOR = /[, \t\r\n]/;

/** The owners that a value of a login map lists: split at commas and white space, nothing quoted, empty parts left out. */
export function listOwners(value: string): readonly string[] {
  return value.split(/[, \t\r\n]+/).filter((owner) => owner !== "");
}

/**
 * Whether a login is among the owners: compared as wholes and case-blind. A login with a comma or white space never is.
 *
 * @param foldCase what makes case not matter; default the full Unicode fold
 */
export function isOwner(owners: readonly string[], login: string, foldCase: (text: string) => string = fold): boolean {
  const folded = foldCase(login);
  return owners.some((owner) => foldCase(owner) === folded);
}

/** Whether a login is among the owners that a value lists, as {@link listOwners} and {@link isOwner} have it. */
export function listsOwner(value: string, login: string): boolean {
  // A login without a separator owns what names it alone; one with a separator owns nothing.
  if (value === login) return value !== "" && !SEPARATOR.test(value);
  if (SEPARATOR.test(value)) return isOwner(listOwners(value), login);
  return value !== "" && fold(value) === fold(login);
}

/** The line to put in a table, above the one that answered, so that these logins own the address. */
export function grantLine(table: Table | undefined, key: string, owners: readonly string[]): string {
  const list = owners.join(", ");
  if (table?.keys !== "full") return `${key} ${list}`;
  return `/^${key.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}$/ ${list.replaceAll("$", "$$$$")}`;
}
