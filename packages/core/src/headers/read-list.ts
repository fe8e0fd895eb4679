import type { Code } from "../verdict/codes.js";
import { AnomalyLog } from "./anomaly-log.js";
import { type HeaderLimits, headerLimits } from "./limits.js";
import { CR, isAscii, isBlank, LF, latin1, utf8 } from "./octets.js";
import { forbiddenOctet, isNameOctet } from "./read-bytes.js";
import type { HeaderField, HeaderSection } from "./section.js";

/** Text stands for its UTF-8 octets. */
export type HeaderListItem = readonly [name: string | Uint8Array, value: string | Uint8Array];

/**
 * Codes of anomalies that no list of fields is sure to show: what a host may have mended or hidden before it made the list. A line that
 * is too long by no more than the blanks around its colon is within the limit once the host has dropped them.
 */
export const LIST_BLIND_TO: readonly Code[] = [
  "header-nul",
  "header-bare-cr",
  "header-bare-lf",
  "header-control",
  "header-leading-space",
  "header-line-malformed",
  "header-name-malformed",
  "header-too-long",
  "header-whitespace-line",
  "smuggling",
];

/**
 * Makes a header section of the names and values that a milter has.
 *
 * In a value LF or CRLF before a blank is a fold; any other CR or LF is flagged, as are all other anomalies that can be
 * seen. `blindTo` says which may have been there and cannot be seen. Offsets are indexes of the field in the list.
 */
export function readHeaderList(items: readonly HeaderListItem[], limits: Partial<HeaderLimits> = {}): HeaderSection {
  const within = headerLimits(limits);
  const { maxFields, maxHeaderOctets, maxLineOctets } = within;
  const anomalies = new AnomalyLog();
  const fields: HeaderField[] = [];
  let octets = 0;
  let isLimitReached = false;
  for (let index = 0; index < items.length; index++) {
    const item = items[index]!;
    const name = nameOf(item[0]);
    const value = octetsOf(item[1]);
    octets += name.length + value.length + 3;
    if (index >= maxFields || octets > maxHeaderOctets) {
      anomalies.add("header-too-long", index);
      isLimitReached = true;
      break;
    }
    judgeName(name, index, anomalies);
    judgeValue(name, value, index, anomalies, maxLineOctets);
    fields.push({ name, value, offset: index });
  }
  return { view: "list", fields, anomalies: anomalies.list, blindTo: LIST_BLIND_TO, limits: within, isLimitReached };
}

function octetsOf(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? utf8(text) : text;
}

/** Octets as latin1; text in ASCII is that already. */
function nameOf(text: string | Uint8Array): string {
  return typeof text === "string" && isAscii(text) ? text : latin1(octetsOf(text));
}

const NAME = /^[\x21-\x39\x3b-\x7e]+[ \t]*$/;

function judgeName(name: string, index: number, anomalies: AnomalyLog): void {
  if (isPlainName(name)) return;
  for (let at = 0; at < name.length; at++) {
    const code = forbiddenOctet(name.charCodeAt(at));
    if (code !== undefined) anomalies.add(code, index, name);
  }
  if (!NAME.test(name)) {
    anomalies.add(index === 0 && /^[ \t]/.test(name) ? "header-leading-space" : "header-name-malformed", index, name);
    return;
  }
  if (/[ \t]$/.test(name)) anomalies.add("header-name-malformed", index, name, "blankBeforeColon");
  if (/^>from[ \t]*$/i.test(name)) anomalies.add("header-name-malformed", index, name, "mboxLine");
}

/** Whether a name is one of RFC 5322 that no mbox file has quoted: nearly all of them are. */
function isPlainName(name: string): boolean {
  for (let at = 0; at < name.length; at++) if (!isNameOctet(name.charCodeAt(at))) return false;
  return name !== "" && !name.startsWith(">");
}

function judgeValue(
  name: string,
  value: Uint8Array,
  index: number,
  anomalies: AnomalyLog,
  maxLineOctets: number,
): void {
  let lineStart = -name.length - 1;
  for (let at = 0; at < value.length; at++) {
    const octet = value[at]!;
    if (octet >= 0x20 && octet !== 0x7f) continue;
    const lf = octet === CR && value[at + 1] === LF ? at + 1 : at;
    if (value[lf] !== LF || !isBlank(value[lf + 1])) {
      const code = forbiddenOctet(octet);
      if (code !== undefined) anomalies.add(code, index, name);
      continue;
    }
    if (at - lineStart > maxLineOctets) anomalies.add("header-too-long", index, name);
    lineStart = lf + 1;
    at = lf + 1;
    while (isBlank(value[at + 1])) at++;
    if (at + 1 === value.length || value[at + 1] === LF || value[at + 1] === CR) {
      anomalies.add("header-whitespace-line", index, name);
    }
  }
  if (value.length - lineStart > maxLineOctets) anomalies.add("header-too-long", index, name);
}
