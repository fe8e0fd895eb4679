import type { Code } from "../verdict/codes.js";
import { AnomalyLog } from "./anomaly-log.js";
import { type HeaderLimits, headerLimits } from "./limits.js";
import { OctetField } from "./octet-field.js";
import { CR, isAscii, isBlank, LF, latin1, utf8 } from "./octets.js";
import { PlainOctets } from "./plain-octets.js";
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
  const reader = new HeaderListReader(limits);
  for (const [name, value] of items) {
    if (reader.isLimitReached) break;
    reader.add(name, value);
  }
  return reader.section;
}

/** {@link readHeaderList} for a host that has one field after the other. Behind a limit nothing more is kept. */
export class HeaderListReader {
  readonly #limits: HeaderLimits;
  readonly #anomalies = new AnomalyLog();
  readonly #fields: HeaderField[] = [];
  #octets = 0;
  #isLimitReached = false;
  /** Fields often stand in the same octets, one behind the other. */
  #bytes: Uint8Array = NOTHING;
  #plain = new PlainOctets(NOTHING);

  constructor(limits: Partial<HeaderLimits> = {}) {
    this.#limits = headerLimits(limits);
  }

  get isLimitReached(): boolean {
    return this.#isLimitReached;
  }

  /** What was read so far. */
  get section(): HeaderSection {
    return {
      view: "list",
      fields: this.#fields,
      anomalies: this.#anomalies.list,
      blindTo: LIST_BLIND_TO,
      limits: this.#limits,
      isLimitReached: this.#isLimitReached,
    };
  }

  /** Reads the next field. */
  add(name: string | Uint8Array, value: string | Uint8Array): void {
    const field = { name: nameOf(name), value: octetsOf(value), offset: this.#fields.length };
    if (!this.#hasRoom(field.name.length + field.value.length)) return;
    if (!PLAIN_NAME.test(field.name)) judgeName(field, this.#anomalies);
    this.#judgeValue(field, new PlainOctets(field.value), field.value, 0, -1 - field.name.length);
    this.#fields.push(field);
  }

  /**
   * Reads the next field where it stands: its name from `start` to `nameEnd`, its value behind one octet more, to `end`. The octets are
   * kept, and must not change.
   */
  addPlaced(bytes: Uint8Array, start: number, nameEnd: number, end: number): void {
    if (!this.#hasRoom(end - start - 1)) return;
    let bareEnd = nameEnd;
    while (bareEnd > start && isBlank(bytes[bareEnd - 1])) bareEnd--;
    const field = new OctetField(bytes, start, bareEnd, nameEnd, end, this.#fields.length);
    if (!isPlainName(bytes, start, nameEnd)) judgeName(field, this.#anomalies);
    const plain = this.#plainOf(bytes);
    const from = nameEnd + 1;
    if (plain.end(from, end) < end) this.#judgeValue(field, plain, bytes.subarray(0, end), from, start);
    else if (end - start > this.#limits.maxLineOctets) this.#note("header-too-long", field);
    this.#fields.push(field);
  }

  /** Counts one field more, of so many octets; false where that, or what came before, is over a limit. */
  #hasRoom(octets: number): boolean {
    if (this.#isLimitReached) return false;
    const { maxFields, maxHeaderOctets } = this.#limits;
    const index = this.#fields.length;
    this.#octets += octets + 3;
    if (index < maxFields && this.#octets <= maxHeaderOctets) return true;
    this.#anomalies.add("header-too-long", index);
    this.#isLimitReached = true;
    return false;
  }

  #note(code: Code, { name, offset }: HeaderField): void {
    this.#anomalies.add(code, offset, name);
  }

  #plainOf(bytes: Uint8Array): PlainOctets {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#plain = new PlainOctets(bytes);
    }
    return this.#plain;
  }

  /**
   * Judges the controls of a value, among them its folds, and the lengths of the lines of its field.
   *
   * @param bytes end with it
   * @param from where it begins
   * @param lineStart where the line does on which it begins
   */
  #judgeValue(field: HeaderField, plain: PlainOctets, bytes: Uint8Array, from: number, lineStart: number): void {
    const end = bytes.length;
    const { maxLineOctets } = this.#limits;
    let line = lineStart;
    for (let at = plain.end(from, end); at < end; at = plain.end(at + 1, end)) {
      const lf = bytes[at] === CR && bytes[at + 1] === LF ? at + 1 : at;
      if (bytes[lf] !== LF || !isBlank(bytes[lf + 1])) {
        const code = forbiddenOctet(bytes[at]!);
        if (code !== undefined) this.#note(code, field);
        continue;
      }
      if (at - line > maxLineOctets) this.#note("header-too-long", field);
      line = lf + 1;
      at = lf + 1;
      while (isBlank(bytes[at + 1])) at++;
      if (at + 1 === end || bytes[at + 1] === LF || bytes[at + 1] === CR) this.#note("header-whitespace-line", field);
    }
    if (end - line > maxLineOctets) this.#note("header-too-long", field);
  }
}

const NOTHING = new Uint8Array(0);

function octetsOf(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? utf8(text) : text;
}

/** Octets as latin1; text in ASCII is that already. */
function nameOf(text: string | Uint8Array): string {
  return typeof text === "string" && isAscii(text) ? text : latin1(octetsOf(text));
}

/** A name of RFC 5322 that no mbox file has quoted: nearly all of them are. */
const PLAIN_NAME = /^(?!>)[\x21-\x39\x3b-\x7e]+$/;

const NAME = /^[\x21-\x39\x3b-\x7e]+[ \t]*$/;

function judgeName({ name, offset: index }: HeaderField, anomalies: AnomalyLog): void {
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

/** Whether a name in octets is a {@link PLAIN_NAME}. */
function isPlainName(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isNameOctet(bytes[at]!)) return false;
  return end > start && bytes[start] !== QUOTE;
}

/** `>`. */
const QUOTE = 0x3e;
