import { visible } from "./style.js";

/**
 * One line in place of all warnings, for a command whose answer they would bury, and where they stand; undefined where there are none.
 *
 * @param file the configuration that they are of
 */
export function warningsInBrief({ length }: readonly string[], file: string): string | undefined {
  if (length === 0) return undefined;
  const [count, them] = length === 1 ? ["a warning", "it"] : [`${length} warnings`, "them"];
  return `the configuration has ${count}: fromguard config check ${visible(file)} tells ${them}`;
}
