import type { Evidence } from "@fromguard/core";

/** One MAIL FROM with one RCPT TO, as the client gave them. */
export interface Attempt {
  /** The SASL login; null where the client did not authenticate. */
  readonly login: string | null;
  /** The SASL mechanism, as policy servers are told it. Default empty. */
  readonly saslMethod?: string;
  /** What stands between `<` and `>` of MAIL FROM, in external form; empty for the null sender. */
  readonly sender: string;
  /** What stands between `<` and `>` of RCPT TO. Absent: the decision is about MAIL FROM alone, with delayed restrictions run as for a recipient that every list accepts. */
  readonly recipient?: string;
  readonly client: {
    readonly address: string;
    /** `unknown` where it has none. */
    readonly name: string;
    /** The name of the address, verified or not; `unknown` where it has none. Absent: as the name. */
    readonly reverseName?: string;
  };
  readonly helo: string;
  /** Whether MAIL FROM carried SMTPUTF8. */
  readonly smtputf8: boolean;
  /** Whether the session is under TLS. Default: where smtpd lets no client come so far without it. */
  readonly encrypted?: boolean;
}

/** What smtpd answers. */
export interface Outcome {
  /** The command that got the reply. */
  readonly stage: "MAIL" | "RCPT";
  /** The whole reply line, without CRLF; `250 2.1.5 Ok` where accepted. */
  readonly reply: string;
  /** What smtpd would log beside it: warnings, `reject_warning:` and such. Printable. */
  readonly log: readonly string[];
  /** The restrictions that were evaluated, in order, and what each came to. */
  readonly trace: readonly TraceStep[];
  /** The attributes sent to the last policy server asked. */
  readonly policyRequest?: readonly (readonly [name: string, value: string])[];
}

/** One restriction that was evaluated. */
export interface TraceStep {
  /** The list it stands in: `smtpd_sender_restrictions`, or the class or table result within. */
  readonly list: string;
  /** As written, with its argument. */
  readonly restriction: string;
  readonly result: "ok" | "dunno" | "reject" | "warning" | "remembered";
  /** The reply where it rejects, warns or is remembered. */
  readonly reply?: string;
  readonly evidence?: Evidence;
}
