import fc from "fast-check";

/** Texts with pieces cut out and others put in their place, so that most stay near to what they were. */
export function mutantsOf(
  texts: readonly string[],
  piece: fc.Arbitrary<string>,
  maxChanges: number,
): fc.Arbitrary<string> {
  const change = fc.tuple(fc.nat(50), fc.nat(3), piece);
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(change, { maxLength: maxChanges }))
    .map(([text, changes]) =>
      changes.reduce((changed, [at, cut, put]) => changed.slice(0, at) + put + changed.slice(at + cut), text),
    );
}
