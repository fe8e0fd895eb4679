import { FieldNames } from "./field-name.js";
import { fieldText } from "./field-text.js";
import { CR, isBlank, LF, latin1 } from "./octets.js";
import type { HeaderSection } from "./section.js";

/** What a Content-Type says about the structure of a body. */
export interface ContentType {
  /** `multipart`, `message`, ... in lower case. */
  readonly type: string;
  readonly boundary: string | undefined;
  /** Whether the parameter `hp` or `protected-headers` is there (RFC 9788 section 2.1.1, and its predecessor). */
  readonly hasProtectedHeaders: boolean;
}

/** Every Content-Type of a header section: where there are several, readers differ in which they take. */
export function contentTypes(section: HeaderSection): readonly ContentType[] {
  return readTypes(section, () => true);
}

/** The multiparts among {@link contentTypes}: what begins like another type is not read. */
export function multiparts(section: HeaderSection): readonly ContentType[] {
  return readTypes(section, mayBeMultipart).filter(({ type }) => type === "multipart");
}

const CONTENT_TYPE = new FieldNames(["content-type"]);

function readTypes(section: HeaderSection, isWanted: (value: Uint8Array) => boolean): readonly ContentType[] {
  const types: ContentType[] = [];
  for (const field of section.fields) {
    if (CONTENT_TYPE.of(field) === undefined) continue;
    const { value } = field;
    if (isWanted(value)) types.push(parseContentType(fieldText(value) ?? latin1(value)));
  }
  return types;
}

/** Whether a value begins like `multipart`, or with no letter: a comment may stand before the type, or within it. */
function mayBeMultipart(value: Uint8Array): boolean {
  let at = 0;
  while (isBlank(value[at]) || value[at] === CR || value[at] === LF) at++;
  const letter = (value[at] ?? 0) | 0x20;
  return letter === 0x6d || letter < 0x61 || letter > 0x7a;
}

/** Reads a Content-Type as tolerantly as readers do; parameters may be split or extended (RFC 2231). */
function parseContentType(text: string): ContentType {
  const [head = "", ...parameters] = split(text);
  const type = head.split("/")[0]!.trim().toLowerCase();
  let boundary: string | undefined;
  let hasProtectedHeaders = false;
  for (const parameter of parameters) {
    const equals = parameter.indexOf("=");
    if (equals < 0) continue;
    const name = parameter.slice(0, equals).trim().toLowerCase().replace(/\*.*$/, "");
    if (name === "boundary") boundary = (boundary ?? "") + unquote(parameter.slice(equals + 1).trim());
    if (name === "hp" || name === "protected-headers") hasProtectedHeaders = true;
  }
  return { type, boundary: boundary === "" ? undefined : boundary, hasProtectedHeaders };
}

/** The parts between semicolons outside quotes; comments are blanks. */
function split(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  let quoted = false;
  let depth = 0;
  let from = 0;
  const marks = /[\\();"]/g;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    const at = mark.index;
    const char = mark[0];
    if (depth === 0) part += text.slice(from, at);
    from = at + 1;
    if (char === "\\" && (quoted || depth > 0)) {
      if (depth === 0) part += text.slice(at, at + 2);
      from = at + 2;
      marks.lastIndex = from;
    } else if (!quoted && char === "(") depth++;
    else if (!quoted && char === ")" && depth > 0) depth--;
    else if (depth > 0) continue;
    else if (char === ";" && !quoted) {
      parts.push(part);
      part = "";
    } else {
      if (char === '"') quoted = !quoted;
      part += char;
    }
  }
  if (depth === 0) part += text.slice(from);
  parts.push(part);
  return parts;
}

function unquote(value: string): string {
  return value.startsWith('"')
    ? value
        .slice(1)
        .replace(/"$/, "")
        .replace(/\\([\s\S])/g, "$1")
    : value;
}
