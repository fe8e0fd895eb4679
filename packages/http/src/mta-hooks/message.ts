import {
  type BodyAnomalies,
  type Code,
  type HeaderSection,
  LIST_BLIND_TO,
  type MessageLimits,
  readHeaderList,
  readMessage,
  scanBody,
} from "@fromguard/core";

/** A message as a hook has it: text, in which each octet sequence that is no UTF-8 has become U+FFFD. */
export interface HookMessage {
  /** Name and value; the value with what stands behind the colon, line end included. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly contents: string;
  /** Octets of the whole message. */
  readonly size: number;
}

/** What a message tells of its sender. */
interface Read {
  readonly headers: HeaderSection;
  readonly bodyAnomalies: BodyAnomalies;
}

const CRLF = "\r\n";
const REPLACED = "\ufffd";

/** Of the octets that were put together again, the two between header and body are not known: a blank and LF may stand there. */
const BLIND_TO_TWO: readonly Code[] = ["header-leading-space", "header-bare-lf", "header-whitespace-line"];
/** The body is here, other than in a milter's list. */
const BLIND_TO_TEXT: readonly Code[] = [...LIST_BLIND_TO.filter((code) => code !== "smuggling"), "utf8-invalid"];

/**
 * Judges the octets of a message where they can be put together again: Stalwart cuts header and body out of them, and `size` says
 * how many there were, so that only the line between may be missing. Else the fields are judged as a list,
 * which says what it cannot see; octets that are missing from it stand in lines that Stalwart left out (`header-line-malformed`).
 *
 * @see Stalwart crates/smtp/src/inbound/hooks/message.rs, mail-parser src/parsers/header.rs
 */
export function readHookMessage({ headers, contents, size }: HookMessage, limits: Partial<MessageLimits>): Read {
  const encoder = new TextEncoder();
  const head = headers.map(([name, value]) => `${name}:${value}`).join("");
  const body = encoder.encode(contents);
  const missing = size - encoder.encode(head).length - body.length;
  const isWhole = missing === CRLF.length || (missing === 0 && contents === "");
  if (isWhole && !head.includes(REPLACED) && !contents.includes(REPLACED)) {
    const between = missing === 0 ? "" : CRLF;
    const whole = readMessage(encoder.encode(`${head}${between}${contents}`), limits);
    return { headers: { ...whole.headers, blindTo: BLIND_TO_TWO }, bodyAnomalies: whole.bodyAnomalies };
  }
  const list = readHeaderList(
    headers.map(([name, value]) => [name, withoutLineEnd(value)]),
    limits,
  );
  // A program that trims its values has lost octets in every field.
  const hidesLines = missing > CRLF.length && headers.every(([, value]) => value.endsWith("\n"));
  const anomalies = hidesLines
    ? [...list.anomalies, { code: "header-line-malformed", offset: headers.length } as const]
    : list.anomalies;
  const section: HeaderSection = { ...list, anomalies, blindTo: BLIND_TO_TEXT };
  return { headers: section, bodyAnomalies: scanBody(body, section, limits) };
}

/** A lone LF stays, and is flagged. */
function withoutLineEnd(value: string): string {
  return value.endsWith(CRLF) ? value.slice(0, -CRLF.length) : value;
}
