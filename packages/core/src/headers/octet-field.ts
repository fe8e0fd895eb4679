import { latin1 } from "./octets.js";
import type { HeaderField } from "./section.js";

/** A field that stays in the octets it was read from: name and value are made when somebody asks. */
export class OctetField implements HeaderField {
  readonly offset: number;
  /** Octets of its name, without the blanks before the colon. */
  readonly nameLength: number;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #colon: number;
  readonly #end: number;

  /**
   * @param nameEnd where its name ends but for blanks before the colon
   * @param colon where the octet stands that parts name and value
   */
  constructor(bytes: Uint8Array, start: number, nameEnd: number, colon: number, end: number, offset = start) {
    this.offset = offset;
    this.nameLength = nameEnd - start;
    this.#bytes = bytes;
    this.#start = start;
    this.#colon = colon;
    this.#end = end;
  }

  get name(): string {
    return latin1(this.#bytes, this.#start, this.#colon);
  }

  get value(): Uint8Array {
    return this.#bytes.subarray(this.#colon + 1, this.#end);
  }

  /** Whether its name begins with letters and hyphens that are given in lower case; compares without case. */
  nameBegins(lower: string): boolean {
    for (let at = 0; at < lower.length; at++) {
      if (lowerOf(this.#bytes[this.#start + at]!) !== lower.charCodeAt(at)) return false;
    }
    return true;
  }
}

function lowerOf(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}
