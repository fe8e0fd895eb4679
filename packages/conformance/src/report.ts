import type { Report } from "./run.js";

/** The longest expected or got text of the report, in UTF-16 units. */
const MAX_TEXT = 400;

/** The report in lines: one a kind, then the disagreements. */
export function formatReport({ kinds, disagreements }: Report): readonly string[] {
  const tallies = Object.entries(kinds).map(
    ([kind, { agree, total, skipped }]) => `${kind}: ${agree}/${total} agree, ${skipped} skipped`,
  );
  const details = disagreements.map(
    ({ kind, file, case: name, expected, got }) =>
      `${kind}: ${file}: ${oneLine(name)}: expected ${oneLine(expected)}, got ${oneLine(got)}`,
  );
  return [...tallies, ...details];
}

/** The notes in lines: what agrees by a rule worth counting, and how often. */
export function formatNotes({ notes }: Report): readonly string[] {
  return Object.entries(notes).flatMap(([kind, counts]) =>
    Object.entries(counts)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([note, count]) => `${kind}: ${oneLine(note)}: ${count}`),
  );
}

/** The report as one line of JSON. */
export function reportToJson({ kinds, disagreements }: Report): string {
  return JSON.stringify({ kinds, disagreements });
}

/** Text that stays on its line and moves no cursor. */
function oneLine(text: string): string {
  const safe = text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return safe.length > MAX_TEXT ? `${safe.slice(0, MAX_TEXT)}... (${safe.length} characters)` : safe;
}
