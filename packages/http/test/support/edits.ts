import { type Edit, readMessage } from "@fromguard/core";
import fc from "fast-check";

/** A message with several fields of a name, in other spellings and folded. */
export const RAW = Buffer.from(
  "From: a@b.test\r\nX: 1\r\nSubject: hello\r\n\tyou\r\nX: 2\r\nfrom: c@d.test\r\nX: 3\r\n\r\nbody\r\n",
  "latin1",
);
export const { headers } = readMessage(RAW);

/** Edits of the header of {@link RAW}, among them of fields that are not there, with these values. */
export function headerEdits(...values: readonly [string, ...string[]]): fc.Arbitrary<Edit> {
  const name = fc.constantFrom("From", "X", "Subject", "Sender");
  const value = fc.constantFrom(...values);
  const occurrence = fc.integer({ min: 1, max: 4 });
  const changed = fc.oneof(value, fc.constant(""));
  return fc.oneof(
    fc.record({ kind: fc.constant("add-header" as const), name, value }),
    fc.record({ kind: fc.constant("prepend-header" as const), name, value }),
    fc.record({ kind: fc.constant("change-header" as const), name, occurrence, value: changed }),
    fc.record({ kind: fc.constant("delete-header" as const), name, occurrence }),
  );
}
