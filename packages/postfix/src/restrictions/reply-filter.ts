/** A filter of the answers of a DNS list: whether an IPv4 address passes it. */
export type ReplyFilter = (address: string) => boolean;

const FIELD = /^(?:\d+|\[\d+(?:\.\.\d+)?(?:;\d+(?:\.\.\d+)?)*\])/;

/**
 * Reads what stands behind `=` in `list.example=127.0.0.[1;4..8]`: four fields, each a number up to 255 or, in brackets, numbers
 * and ranges; brackets around the whole do not matter. Undefined for what is no such filter.
 *
 * @see Postfix ip_match(3)
 */
export function readReplyFilter(pattern: string): ReplyFilter | undefined {
  const fields: (readonly (readonly [number, number])[])[] = [];
  let rest = isWrapped(pattern) ? pattern.slice(1, -1) : pattern;
  for (;;) {
    const [field] = FIELD.exec(rest) ?? [];
    if (field === undefined) return undefined;
    const ranges = field.replace(/[[\]]/g, "").split(";").map(rangeOf);
    if (ranges.some(([from, to]) => to > 255 || from > to)) return undefined;
    fields.push(ranges);
    rest = rest.slice(field.length);
    if (fields.length === 4) break;
    if (!rest.startsWith(".")) return undefined;
    rest = rest.slice(1);
  }
  if (rest !== "") return undefined;
  return (address) => {
    const octets = address.split(".").map(Number);
    return fields.every((ranges, at) =>
      ranges.some(([from, to]) => from <= (octets[at] ?? -1) && (octets[at] ?? 256) <= to),
    );
  };
}

function rangeOf(text: string): readonly [from: number, to: number] {
  const [from = "", to = from] = text.split("..");
  return [Number(from), Number(to)];
}

/** Whether the bracket that opens the text is closed by its last character. */
function isWrapped(text: string): boolean {
  if (!text.startsWith("[")) return false;
  let level = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "[") level += 1;
    if (text[at] === "]" && --level === 0) return at === text.length - 1;
  }
  return false;
}
