const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;

function adapt(delta: number, points: number, first: boolean): number {
  let rest = first ? Math.floor(delta / DAMP) : delta >> 1;
  rest += Math.floor(rest / points);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) >> 1; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}

function digitOf(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30 + 26;
  if (unit >= 0x61 && unit <= 0x7a) return unit - 0x61;
  return BASE;
}

/**
 * Decodes the part of a lower-case A-label behind `xn--`; undefined where it is no Punycode.
 *
 * @see RFC 3492 section 6.2
 */
export function decodePunycode(encoded: string): string | undefined {
  const split = encoded.lastIndexOf("-");
  const points: number[] = split > 0 ? Array.from(encoded.slice(0, split), (char) => char.charCodeAt(0)) : [];
  let code = 0x80;
  let bias = 72;
  let index = 0;
  for (let at = split > 0 ? split + 1 : 0; at < encoded.length; ) {
    const before = index;
    for (let weight = 1, k = BASE; ; k += BASE) {
      const digit = at < encoded.length ? digitOf(encoded.charCodeAt(at++)) : BASE;
      if (digit >= BASE) return undefined;
      index += digit * weight;
      const threshold = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
      if (digit < threshold) break;
      weight *= BASE - threshold;
      if (weight > 0x7fffffff) return undefined;
    }
    bias = adapt(index - before, points.length + 1, before === 0);
    code += Math.floor(index / (points.length + 1));
    index %= points.length + 1;
    if (code > 0x10ffff) return undefined;
    points.splice(index++, 0, code);
  }
  return String.fromCodePoint(...points);
}

/**
 * Encodes text as the part of an A-label behind `xn--`; letters of ASCII stay as they are. Takes time that grows with the square
 * of the length, so a label too long for DNS is best refused before.
 *
 * @see RFC 3492 section 6.3
 */
export function encodePunycode(text: string): string {
  const points = Array.from(text, (char) => char.codePointAt(0) as number);
  const basic = points.filter((point) => point < 0x80);
  const output = basic.map((point) => String.fromCharCode(point));
  if (output.length > 0) output.push("-");
  let code = 0x80;
  let bias = 72;
  let delta = 0;
  for (let done = basic.length; done < points.length; ) {
    const next = points.reduce(
      (least, point) => (point >= code && point < least ? point : least),
      Number.MAX_SAFE_INTEGER,
    );
    delta += (next - code) * (done + 1);
    code = next;
    for (const point of points) {
      if (point < code) delta++;
      if (point !== code) continue;
      let rest = delta;
      for (let k = BASE; ; k += BASE) {
        const threshold = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
        if (rest < threshold) break;
        output.push(digit(threshold + ((rest - threshold) % (BASE - threshold))));
        rest = Math.floor((rest - threshold) / (BASE - threshold));
      }
      output.push(digit(rest));
      bias = adapt(delta, done + 1, done === basic.length);
      delta = 0;
      done++;
    }
    delta++;
    code++;
  }
  return output.join("");
}

function digit(value: number): string {
  return String.fromCharCode(value < 26 ? value + 0x61 : value - 26 + 0x30);
}
