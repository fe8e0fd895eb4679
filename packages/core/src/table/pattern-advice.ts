import { expandTemplate, type Sample, sampleSubjects, type Template, textOf } from "@fromguard/pattern";
import type { RuleMatcher } from "./pattern-rules.js";

/** A local part to read well in messages. */
const SOMEBODY = "alice";
/** What a stranger can put in front of and behind an address that a pattern does not hold fast. */
const FOREIGN_START = "evil-";
const FOREIGN_END = ".evil.org";

/**
 * Says what Postfix does not about a line of a login map: that its pattern also takes addresses which its author hardly
 * meant, and that its result can be empty, which is no owner but an error of the lookup.
 *
 * Each is shown by an address for which it is true: it was tried, with the `if` lines around.
 *
 * @param reaches whether an address gets past the `if` lines around the line
 */
export function adviceOn(
  matcher: RuleMatcher,
  template: Template,
  reaches: (octets: string) => boolean,
): readonly string[] {
  const matches = (octets: string): boolean => reaches(octets) && matcher.test(octets) === true;
  const advice: string[] = [];
  // A pattern that is held fast at both ends is not tried: the first matches of an expression are dear.
  for (const sample of sampleSubjects(matcher.pattern, { fill: SOMEBODY })) {
    const begins = !sample.anchored && sample.subject[0] !== "@" && sample.origin[0] === "l";
    if (sample.closed && !begins) continue;
    const address = wholeAddress(sample, matches);
    if (address === undefined) continue;
    if (!sample.closed && matches(address + FOREIGN_END)) {
      advice.push(`not anchored at the end: also matches ${shown(address + FOREIGN_END)}`);
    }
    if (begins && matches(FOREIGN_START + address)) {
      advice.push(`not anchored at the start: also matches ${shown(FOREIGN_START + address)}`);
    }
  }
  const empty = keyOfEmptyResult(matcher, template, reaches);
  if (empty !== undefined) advice.push(`the result can be empty: it is for ${shown(empty)}`);
  return advice;
}

/** The sample as an address in a domain that the pattern spells out, where it is one. */
function wholeAddress({ subject, origin }: Sample, matches: (octets: string) => boolean): string | undefined {
  const at = subject.lastIndexOf("@");
  const spelled = at >= 0 && at + 1 < subject.length && /^l+$/.test(origin.slice(at));
  if (!spelled || !/[a-z0-9]$/.test(subject) || !matches(subject)) return undefined;
  return at === 0 && matches(SOMEBODY + subject) ? SOMEBODY + subject : subject;
}

/** A key, which is never empty itself, to which the line answers nothing. */
function keyOfEmptyResult(
  matcher: RuleMatcher,
  template: Template,
  reaches: (octets: string) => boolean,
): string | undefined {
  if (template.parts.length === 0 || template.parts.some((part) => typeof part === "string" && part.trim() !== "")) {
    return undefined;
  }
  const groups = template.parts.filter((part) => typeof part === "number");
  return sampleSubjects(matcher.pattern).find(({ subject, captures }) => {
    if (subject === "" || groups.some((group) => (captures.get(group) ?? "").trim() !== "")) return false;
    const found = reaches(subject) ? matcher.match(subject) : null;
    return found !== null && found !== "match-limit" && expandTemplate(template, found).trim() === "";
  })?.subject;
}

function shown(octets: string): string {
  return textOf(octets) ?? octets;
}
