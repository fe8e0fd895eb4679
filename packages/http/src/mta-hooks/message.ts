import {
  type Code,
  type HeaderSection,
  LIST_BLIND_TO,
  type MessageFacts,
  type MessageOptions,
  messageFacts,
  readHeaderList,
  scanBody,
} from "@fromguard/core";
import { type HookMessage, type Missing, missingOf } from "./missing.js";

const CRLF = "\r\n";

/** Instead of CR in the empty line, a blank or control before a field may be the octet that is not known. */
const BLIND_TO_TWO: readonly Code[] = [
  "header-bare-cr",
  "header-bare-lf",
  "header-control",
  "header-leading-space",
  "header-too-long",
];
/** Without a body there may be no empty line, but a line of one octet and LF. */
const BLIND_TO_LINE: readonly Code[] = [
  ...BLIND_TO_TWO,
  "header-line-malformed",
  "header-name-malformed",
  "header-nul",
];
/** Of the last line, where it has no end, Stalwart takes the last octet for a colon, whatever it is. */
const BLIND_TO_LAST_OCTET: readonly Code[] = [
  "header-bare-cr",
  "header-control",
  "header-line-malformed",
  "header-nul",
];
/** What is missing and no good message lacks. */
const CERTAIN: Readonly<Partial<Record<Missing["kind"], Code>>> = {
  lines: "header-line-malformed",
  "line-feed": "header-bare-lf",
};
/** The body is here, other than in a milter's list. */
const BLIND_TO_TEXT: readonly Code[] = [...LIST_BLIND_TO.filter((code) => code !== "smuggling"), "utf8-invalid"];

/**
 * Judges the octets of a message where they can be put together again: Stalwart cuts header and body out of them, and `size` says
 * how many there were. Else the fields are judged as a list, which says what it cannot see; octets that are missing from it stand in
 * lines that Stalwart left out (`header-line-malformed`). Undefined for a `size` that is less than the parts have octets.
 *
 * @see Stalwart crates/smtp/src/inbound/hooks/message.rs, mail-parser src/parsers/header.rs
 */
export function readHookMessage(message: HookMessage, options: MessageOptions): Partial<MessageFacts> | undefined {
  const missing = missingOf(message);
  switch (missing.kind) {
    case "impossible":
      return undefined;
    case "nothing":
    case "empty-line":
      return readWhole(message, missing, options);
    case "any-sender":
      return {};
    default:
      return readList(message, missing, options);
  }
}

function readWhole({ headers, contents }: HookMessage, missing: Missing, options: MessageOptions): MessageFacts {
  const head = headers.map(([name, value]) => `${name}:${value}`).join("");
  const between = missing.kind === "empty-line" ? missing.lineEnd : "";
  const whole = messageFacts(new TextEncoder().encode(`${head}${between}${contents}`), options);
  const blindTo = between === CRLF ? (contents === "" ? BLIND_TO_LINE : BLIND_TO_TWO) : blindToLast(headers);
  return { ...whole, headers: { ...whole.headers, blindTo } };
}

function blindToLast(headers: HookMessage["headers"]): readonly Code[] {
  return headers.at(-1)?.[1] === "" ? BLIND_TO_LAST_OCTET : [];
}

function readList({ headers, contents }: HookMessage, { kind }: Missing, options: MessageOptions): MessageFacts {
  const list = readHeaderList(
    headers.map(([name, value]) => [name, withoutLineEnd(value)]),
    options.readLimits,
  );
  const code = CERTAIN[kind];
  const anomalies = code === undefined ? list.anomalies : [...list.anomalies, { code, offset: headers.length }];
  const section: HeaderSection = { ...list, anomalies, blindTo: BLIND_TO_TEXT };
  if (options.needsBody === false) return { headers: section };
  return { headers: section, bodyAnomalies: scanBody(new TextEncoder().encode(contents), section, options.readLimits) };
}

/** A lone LF stays, and is flagged. */
function withoutLineEnd(value: string): string {
  return value.endsWith(CRLF) ? value.slice(0, -CRLF.length) : value;
}
