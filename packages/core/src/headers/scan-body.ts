import { type ContentType, contentTypes, multiparts } from "./content-type.js";
import { MESSAGE_LIMITS, type MessageLimits } from "./limits.js";
import { CR, DOT, LF, latin1 } from "./octets.js";
import { readHeaderBytes } from "./read-bytes.js";
import type { BodyAnomalies, HeaderSection } from "./section.js";

/**
 * Looks in a body for what tells about the sender: an end-of-data sequence that some hop may take for the end of the message,
 * and the header sections of MIME parts with protected headers. `headers` are those above the body.
 *
 * A limit that is reached, one on the header of a part too, ends the search and sets {@link BodyAnomalies.isLimitReached}.
 * Attached messages and the text of parts are never looked into. One pass, whatever the nesting.
 *
 * @see RFC 2046 section 5.1, RFC 9788
 */
export function scanBody(body: Uint8Array, headers: HeaderSection, limits: Partial<MessageLimits> = {}): BodyAnomalies {
  const walk = new PartWalk(body, limits);
  walk.from(headers);
  return {
    smugglingOffset: findSmuggling(body),
    protectedHeaders: walk.found,
    ...(walk.isLimitReached ? { isLimitReached: true } : {}),
  };
}

/** Where a line of one dot stands of which the line end before or after it is no CRLF (CVE-2023-51764). */
function findSmuggling(body: Uint8Array): number | undefined {
  for (let at = body.indexOf(DOT); at >= 0; at = body.indexOf(DOT, at + 1)) {
    const before = body[at - 1];
    const after = body[at + 1];
    if (at > 0 && before !== LF && before !== CR) continue;
    if (at + 1 < body.length && after !== LF && after !== CR) continue;
    // The header's own end stands before the body, and the host's end of data behind it.
    const crlfBefore = at === 0 || (before === LF && body[at - 2] === CR);
    const crlfAfter = at + 1 === body.length || (after === CR && body[at + 2] === LF);
    if (!crlfBefore || !crlfAfter) return at;
  }
  return undefined;
}

/** Walks the lines of a body once, with the boundaries of the multiparts that are open. */
class PartWalk {
  readonly found: HeaderSection[] = [];
  isLimitReached = false;
  readonly #body: Uint8Array;
  readonly #limits: Partial<MessageLimits>;
  /** Delimiters of open multiparts, outermost first: `--boundary`. */
  readonly #open: string[] = [];
  #parts = 0;

  constructor(body: Uint8Array, limits: Partial<MessageLimits>) {
    this.#body = body;
    this.#limits = limits;
  }

  from(headers: HeaderSection): void {
    this.#enter(multiparts(headers));
    let at = 0;
    while (this.#open.length > 0 && at < this.#body.length && !this.isLimitReached) {
      const end = this.#body.indexOf(LF, at);
      const next = end < 0 ? this.#body.length : end + 1;
      at = this.#isDelimiter(at, next) ? this.#part(next) : next;
    }
  }

  #enter(types: readonly ContentType[]): void {
    for (const { type, boundary } of types) {
      if (type === "multipart" && boundary !== undefined) this.#open.push(`--${boundary.trimEnd()}`);
    }
    this.isLimitReached ||= this.#open.length > (this.#limits.maxMimeDepth ?? MESSAGE_LIMITS.maxMimeDepth);
  }

  /** Whether a line begins a part; a line that closes a multipart is taken off the open ones. */
  #isDelimiter(start: number, next: number): boolean {
    if (this.#body[start] !== 0x2d || this.#body[start + 1] !== 0x2d) return false;
    const line = latin1(this.#body, start, Math.min(next, start + 1_000)).trimEnd();
    for (let index = this.#open.length - 1; index >= 0; index--) {
      const delimiter = this.#open[index]!;
      if (line === delimiter) {
        this.#open.length = index + 1;
        return true;
      }
      if (line === `${delimiter}--`) {
        this.#open.length = index;
        return false;
      }
    }
    return false;
  }

  /** Reads the header of a part and returns where its body begins. */
  #part(start: number): number {
    const end = endOfHeader(this.#body, start);
    const section = readHeaderBytes(withCrlf(this.#body.subarray(start, end)), this.#limits);
    const types = contentTypes(section);
    if (types.some(({ hasProtectedHeaders }) => hasProtectedHeaders)) this.found.push(section);
    // Behind the limit could be the field that says what the part protects.
    this.isLimitReached ||= section.isLimitReached === true;
    this.isLimitReached ||= ++this.#parts > (this.#limits.maxMimeParts ?? MESSAGE_LIMITS.maxMimeParts);
    this.#enter(types);
    return end;
  }
}

/** Behind the first empty line from `start`, with whatever line ends; readers of parts take both. */
function endOfHeader(body: Uint8Array, start: number): number {
  let at = start;
  while (at < body.length) {
    const end = body.indexOf(LF, at);
    if (end < 0) return body.length;
    if (end === at || (end === at + 1 && body[at] === CR)) return end + 1;
    at = end + 1;
  }
  return body.length;
}

/** The octets with CRLF where LF stands alone. */
function withCrlf(octets: Uint8Array): Uint8Array {
  let bare = 0;
  for (let at = octets.indexOf(LF); at >= 0; at = octets.indexOf(LF, at + 1)) if (octets[at - 1] !== CR) bare++;
  if (bare === 0) return octets;
  const out = new Uint8Array(octets.length + bare);
  let to = 0;
  for (let at = 0; at < octets.length; at++) {
    if (octets[at] === LF && octets[at - 1] !== CR) out[to++] = CR;
    out[to++] = octets[at]!;
  }
  return out;
}
