/** Why a pattern is not given to the JavaScript engine. */
export interface Refusal {
  readonly ok: false;
  readonly code: "unsupported" | "ambiguous" | "too-large";
  /** Octets from the start of the pattern to the construct, where it is one. */
  readonly offset: number;
  readonly message: string;
}

/** A refusal: what needs the pattern machine. */
export function refuse(code: Refusal["code"], offset: number, what: string): Refusal {
  return { ok: false, code, offset, message: `${what} needs the pattern machine` };
}
