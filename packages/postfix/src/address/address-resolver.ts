import type { OwnAddresses } from "./own-addresses.js";

/** @see Postfix trivial-rewrite(8), resolve_clnt(3) */
export type AddressClass = "local" | "virtual-alias" | "virtual-mailbox" | "relay" | "default";

/** What an address is to this Postfix. All text is in internal form (without quotes), case-folded. */
export interface ResolvedAddress {
  readonly kind: "resolved";
  /** What tables and DNS are asked for. */
  readonly address: string;
  readonly addressClass: AddressClass;
  /** `local`, `virtual-alias` or `virtual-mailbox`: mail ends here. */
  readonly isFinal: boolean;
  /** The local part still holds `@`, `%` or `!`. */
  readonly isRouted: boolean;
  /** The transport, such as `smtp`, `local`, or `error` for an unknown user of a virtual alias domain. */
  readonly transport: string;
  /** The next hop; the text of the error where the transport is `error`. */
  readonly nexthop: string;
}

/** `error`: no address that can be resolved (a 501 at MAIL FROM); `unknown`: a table could not answer. */
export type Resolution =
  | ResolvedAddress
  | { readonly kind: "error" }
  | { readonly kind: "unknown"; readonly cause: string };

/** Rewrites and resolves addresses as trivial-rewrite does for this main.cf, and keeps a bounded number of answers. */
export interface AddressResolver {
  /**
   * The internal form of an address in MAIL FROM or RCPT TO, or the whole reply of smtpd to a bad one.
   *
   * @param text what stands between `<` and `>`, in external form
   */
  parse(
    text: string,
    command: { readonly name: "MAIL" | "RCPT"; readonly smtputf8: boolean },
  ): ParsedAddress | Promise<ParsedAddress>;
  /**
   * @param internal the internal form; never empty
   * @param other the other address of the transaction (the recipient where the sender is resolved, and the reverse), on which
   *   sender-dependent transports may depend, in internal form. Default: the null sender
   */
  resolve(internal: string, other?: string): Resolution | Promise<Resolution>;
  readonly own: OwnAddresses;
}

/**
 * An address in internal form (quotes removed), or the whole reply to what is none. `undeclared` is the reply of `strict_smtputf8`
 * to text beyond ASCII without SMTPUTF8, which comes behind the restrictions that are run at MAIL FROM itself.
 */
export type ParsedAddress =
  | { readonly ok: true; readonly internal: string; readonly undeclared?: string }
  | { readonly ok: false; readonly reply: string };
