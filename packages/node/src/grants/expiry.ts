const DAY_MS = 86_400_000;

/** The form of what {@link parseExpiry} reads. */
export const EXPIRY_PATTERN = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d))?$/;

/**
 * Milliseconds since 1970 from which something no longer holds: the end of a day in UTC (`2027-06-30`), or a moment with its
 * zone (`2027-06-30T12:00:00Z`). Undefined for any other text, and for a day that no month has.
 */
export function parseExpiry(text: string): number | undefined {
  const [, day = "", time] = EXPIRY_PATTERN.exec(text) ?? [];
  const midnight = Date.parse(day);
  // A day too many is carried over into the next month.
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return undefined;
  if (time === undefined) return midnight + DAY_MS;
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? undefined : moment;
}
