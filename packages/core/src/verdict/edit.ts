/** A change to the message that stands beside the action; transports that cannot edit say so at start. */
export type Edit =
  /** Appends a field at the end of the header. */
  | { readonly kind: "add-header"; readonly name: string; readonly value: string }
  /** Puts a field above all others. */
  | { readonly kind: "prepend-header"; readonly name: string; readonly value: string }
  /** Replaces the value of the nth field of that name, counted from 1 in the header as received. */
  | { readonly kind: "change-header"; readonly name: string; readonly occurrence: number; readonly value: string }
  /** Removes the nth field of that name, counted from 1 in the header as received. */
  | { readonly kind: "delete-header"; readonly name: string; readonly occurrence: number }
  /** Replaces the envelope sender; without brackets, empty for the null reverse-path. */
  | { readonly kind: "change-envelope-from"; readonly address: string }
  /** Holds the message for an administrator. */
  | { readonly kind: "quarantine"; readonly reason: string };
