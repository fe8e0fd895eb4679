import { isAscii, isUtf8 } from "node:buffer";
import { DEFAULT_POLICY_LIMITS, type PolicyLimits } from "../limits.js";
import { noPlaces, notePlace, type ValuePlaces } from "./attributes.js";
import { PolicyRequest } from "./request.js";

/** Why octets are no request. */
export type FaultCode =
  | "line-malformed"
  | "nul-octet"
  | "request-empty"
  | "request-too-large"
  | "too-many-attributes"
  | "wrong-request";

/** The end of a connection's requests: what follows a fault cannot be told apart any more. */
export interface ProtocolFault {
  readonly kind: "fault";
  readonly code: FaultCode;
}

const NOTHING = Buffer.alloc(0);
const LF = 0x0a;
const EQUALS = 0x3d;

/**
 * Cuts a connection's octets into requests, however they arrive: each octet is looked at once, twice where a request comes whole and is unusual.
 *
 * It holds what was pushed and not yet read; who pushes no more while {@link buffered} is over a limit bounds it.
 *
 * @see SMTPD_POLICY_README, "Policy protocol"
 */
export class RequestReader {
  readonly #maxRequestBytes: number;
  readonly #maxAttributes: number;
  /** Octets from `#start` to `#end` are unread; those before `#at` are scanned. */
  #buffer: Buffer = NOTHING;
  #start = 0;
  #end = 0;
  #at = 0;
  #lineStart = 0;
  #sawEquals = false;
  #lines = 0;
  /** All octets of the request or-ed: 0x80 where one is not ASCII. */
  #bits = 0;
  /** From the start of a request that has come in part. */
  #places: ValuePlaces | undefined;
  #fault: ProtocolFault | undefined;

  constructor(limits: Partial<Pick<PolicyLimits, "maxRequestBytes" | "maxAttributes">> = {}) {
    this.#maxRequestBytes = limits.maxRequestBytes ?? DEFAULT_POLICY_LIMITS.maxRequestBytes;
    this.#maxAttributes = limits.maxAttributes ?? DEFAULT_POLICY_LIMITS.maxAttributes;
  }

  /** Octets pushed and not yet part of a request that was read. */
  get buffered(): number {
    return this.#end - this.#start;
  }

  /** Takes octets, and keeps the chunk until it is read. After a fault they are dropped. */
  push(chunk: Buffer): void {
    if (this.#fault !== undefined) return;
    if (this.buffered === 0) {
      this.#buffer = chunk;
      this.#end = chunk.length;
      return;
    }
    if (this.#buffer.length - this.#end < chunk.length) this.#grow(chunk.length);
    chunk.copy(this.#buffer, this.#end);
    this.#end += chunk.length;
  }

  /** The next request; undefined where more octets are needed. A fault is final. */
  next(): PolicyRequest | ProtocolFault | undefined {
    if (this.#fault !== undefined || this.#at === this.#end) return this.#fault;
    return this.#readWhole() ?? this.#scan();
  }

  /**
   * What Postfix sends: one sound request in ASCII and nothing else, all at once. Searched natively, which costs a third of going octet
   * by octet over text that is never the same. Undefined for everything else, whatever is wrong with it.
   */
  #readWhole(): PolicyRequest | undefined {
    const buffer = this.#buffer;
    const end = this.#end;
    if (this.#at > 0 || end < 2 || end !== buffer.length || end > this.#maxRequestBytes) return undefined;
    if (buffer[end - 1] !== LF || buffer[end - 2] !== LF || !isAscii(buffer)) return undefined;
    const text = buffer.toString("latin1", 0, end - 1);
    if (text.includes("\0")) return undefined;
    const places = noPlaces();
    let lines = 0;
    for (let lineStart = 0; lineStart < text.length; ) {
      const lineEnd = text.indexOf("\n", lineStart);
      const equals = text.indexOf("=", lineStart);
      if (equals <= lineStart || equals > lineEnd || ++lines > this.#maxAttributes) return undefined;
      notePlace(places, buffer, lineStart, equals, equals + 1);
      lineStart = lineEnd + 1;
    }
    this.#begin(end);
    return new PolicyRequest(text, true, places);
  }

  #scan(): PolicyRequest | ProtocolFault | undefined {
    const buffer = this.#buffer;
    const start = this.#start;
    const stop = Math.min(this.#end, start + this.#maxRequestBytes);
    const places = this.#places ?? noPlaces();
    let at = this.#at;
    let lineStart = this.#lineStart;
    let sawEquals = this.#sawEquals;
    let lines = this.#lines;
    let bits = this.#bits;
    for (; at < stop; at++) {
      const octet = buffer[at] as number;
      // Most octets are letters, and those stand above all that matters here.
      if (octet > EQUALS) {
        bits |= octet;
      } else if (octet === LF) {
        if (at === lineStart) return at === start ? this.#fail("request-empty") : this.#take(at, bits, places);
        if (!sawEquals) return this.#fail("line-malformed");
        if (++lines > this.#maxAttributes) return this.#fail("too-many-attributes");
        lineStart = at + 1;
        sawEquals = false;
      } else if (octet === EQUALS) {
        if (at === lineStart) return this.#fail("line-malformed");
        if (sawEquals) continue;
        sawEquals = true;
        notePlace(places, buffer, lineStart, at, at + 1 - start);
      } else if (octet === 0) {
        return this.#fail("nul-octet");
      }
    }
    if (at - start >= this.#maxRequestBytes) return this.#fail("request-too-large");
    this.#places = places;
    this.#at = at;
    this.#lineStart = lineStart;
    this.#sawEquals = sawEquals;
    this.#lines = lines;
    this.#bits = bits;
    return undefined;
  }

  #take(at: number, bits: number, places: ValuePlaces): PolicyRequest {
    const ascii = bits < 0x80;
    const utf8 = ascii || isUtf8(this.#buffer.subarray(this.#start, at));
    const octets = ascii || !utf8;
    const text = this.#buffer.toString(octets ? "latin1" : "utf8", this.#start, at);
    this.#begin(at + 1);
    return new PolicyRequest(text, utf8, octets ? places : undefined);
  }

  #fail(code: FaultCode): ProtocolFault {
    this.#begin(this.#end);
    this.#fault = { kind: "fault", code };
    return this.#fault;
  }

  /** A new request starts; an emptied buffer is let go, since most connections are idle. */
  #begin(start: number): void {
    const empty = start === this.#end;
    if (empty) {
      this.#buffer = NOTHING;
      this.#end = 0;
    }
    this.#start = empty ? 0 : start;
    this.#at = this.#start;
    this.#lineStart = this.#start;
    this.#sawEquals = false;
    this.#lines = 0;
    this.#bits = 0;
    this.#places = undefined;
  }

  /** Makes room by doubling, so that a client who sends single octets costs no more than one who sends all at once. */
  #grow(more: number): void {
    const grown = Buffer.allocUnsafe(Math.max(2 * this.buffered, this.buffered + more));
    this.#buffer.copy(grown, 0, this.#start, this.#end);
    this.#at -= this.#start;
    this.#lineStart -= this.#start;
    this.#end -= this.#start;
    this.#start = 0;
    this.#buffer = grown;
  }
}
