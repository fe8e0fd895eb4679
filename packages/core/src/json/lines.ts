/** A line without its end, or the news that it was longer than allowed. */
export type Line = { readonly kind: "line"; readonly octets: Uint8Array } | { readonly kind: "too-long" };

const LF = 0x0a;

/**
 * Splits octets into lines at LF; a last line may lack it. Holds at most `maxOctets` and one chunk: the rest of a longer
 * line is dropped.
 */
export async function* linesOf(input: AsyncIterable<Uint8Array>, maxOctets: number): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const take = (part: Uint8Array) => {
    length += part.length;
    if (length > maxOctets) parts = [];
    else parts.push(part);
  };
  const finish = (): Line => {
    const line: Line = length > maxOctets ? { kind: "too-long" } : { kind: "line", octets: joined(parts, length) };
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of input) {
    let from = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      take(chunk.subarray(from, at));
      yield finish();
      from = at + 1;
    }
    if (from < chunk.length) take(chunk.subarray(from));
  }
  if (length > 0) yield finish();
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
