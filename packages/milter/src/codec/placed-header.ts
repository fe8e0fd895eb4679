/** A header field, from `L`: the value with its folds, octets untouched. */
export interface HeaderCommand {
  readonly kind: "header";
  readonly name: string;
  readonly value: Buffer;
}

/** A header field in the octets that it came in: its name and value are made when somebody asks. */
export class PlacedHeader implements HeaderCommand {
  readonly kind = "header";
  readonly octets: Buffer;
  /** Where its name begins. */
  readonly start: number;
  /** Where the NUL between name and value stands. */
  readonly nul: number;
  /** Where its value ends. */
  readonly end: number;

  constructor(octets: Buffer, start: number, nul: number, end: number) {
    this.octets = octets;
    this.start = start;
    this.nul = nul;
    this.end = end;
  }

  get name(): string {
    return this.octets.toString("latin1", this.start, this.nul);
  }

  get value(): Buffer {
    return this.octets.subarray(this.nul + 1, this.end);
  }
}

/** Finds name and value in the data of a header frame, from `start` to `end`; answers what is wrong with it. */
export function placeHeader(octets: Buffer, start: number, end: number): PlacedHeader | string {
  let nul = start;
  while (nul < end && octets[nul] !== 0) nul++;
  const last = end - 1;
  if (nul >= last || octets[last] !== 0 || octets.indexOf(0, nul + 1) !== last) return "L is not exactly two strings";
  return nul === start ? "L with an empty name" : new PlacedHeader(octets, start, nul, last);
}
