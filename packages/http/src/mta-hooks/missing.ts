/** A message as a hook has it: text, in which each octet sequence that is no UTF-8 has become U+FFFD. */
export interface HookMessage {
  /** Name and value; the value with what stands behind the colon, line end included. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly contents: string;
  /** Octets of the whole message. */
  readonly size: number;
}

/**
 * What of a message is in none of its parts.
 *
 * `empty-line`: the one between header and body, and how it ends; beside it nothing is missing. `line-feed`: the same, with octets replaced:
 * there is no room for CRLF. `lines`: lines that Stalwart left out. `unknown`: `size` tells nothing, or leaves room for too little to be a sender. `any-sender`: octets were replaced, and there may be
 * room for a field. `impossible`: `size` is less than the parts have octets.
 */
export type Missing =
  | { readonly kind: "empty-line"; readonly lineEnd: "\n" | "\r\n" }
  | { readonly kind: "nothing" | "line-feed" | "lines" | "unknown" | "any-sender" | "impossible" };

const CRLF_OCTETS = 2;

/** A sequence that is no UTF-8 and one replacement has 1 to 3 octets; U+FFFD itself has 3. */
const REPLACED = /\ufffd/g;
const MAX_REPLACED_OCTETS = 3;

/** The fewest octets in which a reader may find a sender and Stalwart no field. */
const SHORTEST_SENDER = "From\n :a\n".length;

/** Counts what is missing. Never throws. */
export function missingOf({ headers, contents, size }: HookMessage): Missing {
  if (!isCut(headers, contents)) return { kind: "unknown" };
  const text = `${headers.map(([name, value]) => `${name}:${value}`).join("")}${contents}`;
  const replaced = text.match(REPLACED)?.length ?? 0;
  const least = size - new TextEncoder().encode(text).length;
  const most = least + (MAX_REPLACED_OCTETS - 1) * replaced;
  const needed = contents === "" ? 0 : 1;
  const expected = endsInField(headers) ? 0 : CRLF_OCTETS;
  if (most < needed) return { kind: "impossible" };
  if (least > expected) return { kind: "lines" };
  if (replaced > 0 && contents !== "" && most < CRLF_OCTETS) return { kind: "line-feed" };
  if (replaced > 0) return { kind: most - needed < SHORTEST_SENDER ? "unknown" : "any-sender" };
  if (least === 0) return { kind: "nothing" };
  return { kind: "empty-line", lineEnd: least === 1 ? "\n" : "\r\n" };
}

/** Whether every line of the header has its end, as Stalwart cuts it; a program that trims its values has lost octets in every field. */
function isCut(headers: HookMessage["headers"], contents: string): boolean {
  const ended = contents === "" ? headers.slice(0, -1) : headers;
  return ended.every(([, value]) => value.endsWith("\n"));
}

/** The message ends in its last field: nothing is missing behind it. */
function endsInField(headers: HookMessage["headers"]): boolean {
  return headers.at(-1)?.[1].endsWith("\n") === false;
}
