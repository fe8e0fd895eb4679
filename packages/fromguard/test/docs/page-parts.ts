import { type Code, codes } from "@fromguard/core";

/** The codes of a set, in the order of all codes. */
export function inOrder(found: ReadonlySet<string>): readonly Code[] {
  return (Object.keys(codes) as Code[]).filter((code) => found.has(code));
}

/** Names as a page has them, in a list. */
export function quoted(names: Iterable<string>): string {
  return [...names].map((name) => `\`${name}\``).join(", ");
}
