import { latin1 } from "./octets.js";
import type { HeaderField } from "./section.js";

/** A field that stays in the octets it was read from: name and value are made when somebody asks. */
export class OctetField implements HeaderField {
  readonly offset: number;
  /** Octets of its name, without the blanks before the colon. */
  readonly nameLength: number;
  readonly #bytes: Uint8Array;
  readonly #colon: number;
  readonly #end: number;

  /** @param nameEnd where its name ends but for blanks before the colon */
  constructor(bytes: Uint8Array, offset: number, nameEnd: number, colon: number, end: number) {
    this.offset = offset;
    this.nameLength = nameEnd - offset;
    this.#bytes = bytes;
    this.#colon = colon;
    this.#end = end;
  }

  get name(): string {
    return latin1(this.#bytes, this.offset, this.#colon);
  }

  get value(): Uint8Array {
    return this.#bytes.subarray(this.#colon + 1, this.#end);
  }

  /** Whether its name begins with letters and hyphens that are given in lower case; compares without case. */
  nameBegins(lower: string): boolean {
    for (let at = 0; at < lower.length; at++) {
      if (lowerOf(this.#bytes[this.offset + at]!) !== lower.charCodeAt(at)) return false;
    }
    return true;
  }
}

function lowerOf(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}
