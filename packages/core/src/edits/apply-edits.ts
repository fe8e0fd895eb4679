import { latin1, utf8 } from "../headers/octets.js";
import { readSection } from "../headers/read-bytes.js";
import type { Edit } from "../verdict/edit.js";
import { FromguardError } from "../verdict/error.js";

const UNBOUNDED = { maxHeaderOctets: Infinity, maxLineOctets: Infinity, maxFields: Infinity };
const NAME = /^[!-9;-~]+$/;

/**
 * Makes the edits of a decision in a header section, or in a whole message, and returns new octets: for hosts that hold the
 * message themselves. Envelope edits and quarantine are not the header's and stay with the host.
 *
 * Fields are counted as MTAs count them: by name without case and without blanks before the colon, from 1, in the header as
 * received. As in a milter, a change of a field that is not there appends it, a change to an empty value deletes it, and of
 * several fields put on top the last stands first. Every field that no edit names keeps its octets. Line breaks in a value that
 * are no folds, and NUL, become blanks.
 *
 * @throws FromguardError `FG_POLICY_INVALID` for an edit whose field name is none: it could become another field.
 * @see Postfix cleanup_milter.c, RFC 5322 section 2.2
 */
export function applyEdits(header: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const { section, end } = readSection(header, UNBOUNDED);
  const replaced = new Map<number, Uint8Array>();
  const top: Uint8Array[] = [];
  const bottom: Uint8Array[] = [];
  const find = (name: string, occurrence: number) => {
    const lower = name.toLowerCase();
    let count = 0;
    return section.fields.findIndex((field) => fieldName(field.name) === lower && ++count === occurrence);
  };
  for (const edit of edits) {
    if (edit.kind === "change-envelope-from" || edit.kind === "quarantine") continue;
    if (!NAME.test(edit.name)) {
      throw new FromguardError(
        "FG_POLICY_INVALID",
        `an edit names ${JSON.stringify(edit.name)}, which is no field name`,
      );
    }
    if (edit.kind === "add-header") bottom.push(fieldLine(edit.name, edit.value));
    else if (edit.kind === "prepend-header") top.unshift(fieldLine(edit.name, edit.value));
    else {
      const index = find(edit.name, edit.occurrence);
      const line =
        edit.kind === "change-header" && edit.value !== "" ? fieldLine(edit.name, edit.value) : new Uint8Array(0);
      if (index >= 0) replaced.set(index, line);
      else if (line.length > 0) bottom.push(line);
    }
  }

  const hasEmptyLine = end >= 2 && latin1(header, end - 2, end) === "\r\n" && isAtLineStart(header, end - 2);
  const fieldsEnd = hasEmptyLine ? end - 2 : end;
  // Nothing may stand before the line that begins a message in an mbox file.
  const [firstField] = section.fields;
  const hasMboxLine = section.anomalies.some(({ form, offset }) => form === "mboxLine" && offset === 0);
  let at = hasMboxLine ? (firstField?.offset ?? fieldsEnd) : 0;
  const parts = [header.subarray(0, at), ...top];
  for (const [index, line] of replacedInOrder(replaced)) {
    const field = section.fields[index]!;
    const next = field.offset + field.name.length + 1 + field.value.length + 2;
    parts.push(header.subarray(at, field.offset), line);
    at = Math.min(next, fieldsEnd);
  }
  parts.push(header.subarray(at, fieldsEnd));
  const isOpen = at < fieldsEnd && !isAtLineStart(header, fieldsEnd);
  if (isOpen && bottom.length > 0) parts.push(utf8("\r\n"));
  return concat([...parts, ...bottom, header.subarray(fieldsEnd)]);
}

/** The name by which a field is found: in small letters, without blanks before the colon. */
export function fieldName(written: string): string {
  return written.replace(/[ \t]+$/, "").toLowerCase();
}

function replacedInOrder(replaced: ReadonlyMap<number, Uint8Array>): readonly (readonly [number, Uint8Array])[] {
  return [...replaced].sort(([a], [b]) => a - b);
}

function isAtLineStart(octets: Uint8Array, at: number): boolean {
  return at === 0 || latin1(octets, at - 2, at) === "\r\n";
}

function fieldLine(name: string, value: string): Uint8Array {
  const safe = value
    .replace(/\r\n/g, "\n")
    .replace(/\n(?![ \t]+[^ \t\n])|[\r\0]/g, " ")
    .replace(/\n/g, "\r\n");
  return utf8(`${name}: ${safe.trim()}\r\n`);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
