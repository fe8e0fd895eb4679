/** Something that an operator wants to know of; strings from the network are printable already. */
export type SessionEvent =
  /** The connection is closed because of what the MTA sent. */
  | { readonly kind: "protocol-error"; readonly reason: string; readonly octets: string }
  /** A macro came twice in one frame with two values; the first counts. */
  | { readonly kind: "macro-conflict"; readonly command: string; readonly cause: string }
  /**
   * A handler threw, or answered what the protocol does not allow; the MTA was told to try again. At the negotiation (`command` is "O"), and
   * where none could be made (""), the connection is closed.
   */
  | { readonly kind: "handler-error"; readonly command: string; readonly cause: string };

/** Describes anything thrown. */
export function describeCause(cause: unknown): string {
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
