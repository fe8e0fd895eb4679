/** Why a pattern that is well formed cannot be matched; in the gate, why not by the JavaScript engine. */
export interface Refusal {
  readonly ok: false;
  readonly code: "unsupported" | "ambiguous" | "too-large";
  /** Octets from the start of the pattern to the construct, where it is one. */
  readonly offset: number;
  readonly message: string;
}

/** A refusal of what is named. */
export function refuse(code: Refusal["code"], offset: number, what: string): Refusal {
  return { ok: false, code, offset, message: `${what} is not supported` };
}
