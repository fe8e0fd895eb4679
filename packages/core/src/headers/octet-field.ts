import { isBlank, latin1 } from "./octets.js";
import type { HeaderField } from "./section.js";

/** A field that stays in the octets it was read from: name and value are made when somebody asks. */
export class OctetField implements HeaderField {
  readonly offset: number;
  readonly #bytes: Uint8Array;
  readonly #colon: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, offset: number, colon: number, end: number) {
    this.offset = offset;
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

  /** The octets of its name, without the blanks before the colon. */
  get nameLength(): number {
    let end = this.#colon;
    while (end > this.offset && isBlank(this.#bytes[end - 1])) end--;
    return end - this.offset;
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
