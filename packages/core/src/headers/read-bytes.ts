import type { Code } from "../verdict/codes.js";
import { AnomalyLog } from "./anomaly-log.js";
import { type HeaderLimits, headerLimits } from "./limits.js";
import { OctetField } from "./octet-field.js";
import { COLON, CR, isBlank, LF, latin1, TAB } from "./octets.js";
import { PlainOctets } from "./plain-octets.js";
import type { HeaderField, HeaderSection } from "./section.js";

/**
 * Reads a header section as it is on the wire, up to the first empty line or the end of `bytes`.
 *
 * Lines end in CRLF and nothing else. Nothing is repaired, decoded or skipped: octets that the grammar forbids, lines that
 * are no field and limits that are reached stand in `anomalies`, the first of each kind. A line without a colon makes no field.
 *
 * @see RFC 5322 section 2.2
 */
export function readHeaderBytes(bytes: Uint8Array, limits: Partial<HeaderLimits> = {}): HeaderSection {
  return readSection(bytes, limits).section;
}

/** {@link readHeaderBytes}, and where the body begins. */
export function readSection(
  bytes: Uint8Array,
  limits: Partial<HeaderLimits>,
): { readonly section: HeaderSection; readonly end: number } {
  const within = headerLimits(limits);
  const reader = new SectionReader(bytes, within);
  const end = reader.read();
  const { fields, anomalies, isLimitReached } = reader;
  return {
    section: { view: "bytes", fields, anomalies: anomalies.list, blindTo: SEES_ALL, limits: within, isLimitReached },
    end,
  };
}

const SEES_ALL: readonly Code[] = [];

class SectionReader {
  readonly fields: HeaderField[] = [];
  readonly anomalies = new AnomalyLog();
  isLimitReached = false;
  readonly #bytes: Uint8Array;
  readonly #plain: PlainOctets;
  readonly #limits: HeaderLimits;
  /** Where reading stops: the end of the octets, or the limit on them. */
  readonly #stop: number;
  /** Where the content of the field that was read last ends, and whether it has a fold. */
  #end = 0;
  #folded = false;

  constructor(bytes: Uint8Array, limits: HeaderLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
    this.#stop = Math.min(bytes.length, limits.maxHeaderOctets);
    this.#plain = new PlainOctets(bytes);
  }

  /** Reads to the end of the header and returns where the body begins. */
  read(): number {
    const bytes = this.#bytes;
    let at = 0;
    while (at < this.#stop) {
      if (bytes[at] === CR && bytes[at + 1] === LF) return at + 2;
      if (this.fields.length >= this.#limits.maxFields) {
        this.#cut(at);
        return at;
      }
      at = this.#field(at);
    }
    if (this.#stop < bytes.length) this.#cut(this.#stop);
    return this.#stop;
  }

  #cut(at: number): void {
    this.isLimitReached = true;
    this.anomalies.add("header-too-long", at);
  }

  /** Reads the field that begins at `start` and returns where the next line begins. */
  #field(start: number): number {
    const bytes = this.#bytes;
    let nameEnd = start;
    while (nameEnd < bytes.length && isNameOctet(bytes[nameEnd]!)) nameEnd++;
    let colon = nameEnd;
    while (isBlank(bytes[colon])) colon++;
    if (bytes[colon] !== COLON || nameEnd === start) return this.#oddField(start);
    const next = this.#lines(start, colon + 1);
    const field = new OctetField(bytes, start, nameEnd, colon, this.#end);
    if (colon > nameEnd) this.anomalies.add("header-name-malformed", start, field.name, "blankBeforeColon");
    if (isQuotedFrom(bytes, start, nameEnd)) this.anomalies.add("header-name-malformed", start, field.name, "mboxLine");
    this.fields.push(field);
    return next;
  }

  /** A field whose name is none, or a line that is no field. */
  #oddField(start: number): number {
    const bytes = this.#bytes;
    const next = this.#lines(start, start);
    const colon = firstOf(bytes, COLON, start, lineEnd(bytes, start, this.#end));
    if (start === 0 && isBlank(bytes[0])) this.anomalies.add("header-leading-space", 0);
    else if (start === 0 && !this.#folded && isMboxLine(bytes, colon)) {
      this.anomalies.add(colon < 0 ? "header-line-malformed" : "header-name-malformed", 0, undefined, "mboxLine");
      return next;
    } else this.anomalies.add(colon < 0 ? "header-line-malformed" : "header-name-malformed", start);
    // Whether blanks end a name that is none tells nothing: it is no wanted one.
    if (colon >= 0) this.fields.push(new OctetField(bytes, start, colon, colon, this.#end));
    return next;
  }

  /** Reads from `from` on the lines of one field that begins at `start`, folds included; returns where the next line begins. */
  #lines(start: number, from: number): number {
    const bytes = this.#bytes;
    const stop = this.#stop;
    let lineStart = start;
    let at = from;
    let folded = false;
    for (;;) {
      at = this.#plain.end(at, stop);
      if (at < stop && !(bytes[at] === CR && bytes[at + 1] === LF)) {
        this.#forbidden(bytes[at]!, at, start, from);
        at++;
        continue;
      }
      if (at - lineStart > this.#limits.maxLineOctets) this.#note("header-too-long", lineStart, start, from);
      const next = Math.min(at + 2, stop);
      if (next >= stop || !isBlank(bytes[next])) {
        this.#end = at;
        this.#folded = folded;
        return next;
      }
      lineStart = next;
      folded = true;
      at = next;
      while (isBlank(bytes[at])) at++;
      if (at >= stop || (bytes[at] === CR && bytes[at + 1] === LF)) {
        this.#note("header-whitespace-line", lineStart, start, from);
      }
    }
  }

  #forbidden(octet: number, at: number, start: number, from: number): void {
    const code = forbiddenOctet(octet);
    if (code !== undefined) this.#note(code, at, start, from);
  }

  /** An anomaly in a field of which the name begins at `start` and the value at `from`; the same where it has no name. */
  #note(code: Code, at: number, start: number, from: number): void {
    if (this.anomalies.has(code)) return;
    this.anomalies.add(code, at, from > start ? latin1(this.#bytes, start, from - 1) : undefined);
  }
}

/** The code of an octet that may not stand within a line; undefined for those that may. */
export function forbiddenOctet(octet: number): Code | undefined {
  if ((octet >= 0x20 && octet !== 0x7f) || octet === TAB) return undefined;
  if (octet === 0) return "header-nul";
  if (octet === LF) return "header-bare-lf";
  return octet === CR ? "header-bare-cr" : "header-control";
}

/** Whether an octet may stand in a field name: printable ASCII but the colon (RFC 5322 section 2.2). */
export function isNameOctet(octet: number): boolean {
  return octet > 0x20 && octet < 0x7f && octet !== COLON;
}

function firstOf(bytes: Uint8Array, octet: number, from: number, to: number): number {
  const at = bytes.subarray(from, to).indexOf(octet);
  return at < 0 ? -1 : from + at;
}

function lineEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === CR && bytes[at + 1] === LF) return at;
  return end;
}

/** `From address date`, the line that begins a message in an mbox file; a colon in it can only be of its time. */
function isMboxLine(bytes: Uint8Array, colon: number): boolean {
  if (latin1(bytes, 0, 5) !== "From ") return false;
  return colon < 0 || (isDigit(bytes[colon - 1]) && isDigit(bytes[colon + 1]));
}

function isDigit(octet: number | undefined): boolean {
  return octet !== undefined && octet >= 0x30 && octet <= 0x39;
}

/** `>From`: what an mbox file makes of a line that begins with From. */
function isQuotedFrom(bytes: Uint8Array, start: number, end: number): boolean {
  return bytes[start] === 0x3e && latin1(bytes, start + 1, end).toLowerCase() === "from";
}
