/**
 * Exit codes of every command; `check` answers with the first three.
 *
 * @see sysexits(3) for the numbers from 64
 */
export const exitCodes = {
  /** Done; in `check`: accepted. */
  ok: 0,
  /** Refused; in `demo`: a message got another answer than it should. */
  refused: 1,
  /** The command line is wrong (EX_USAGE). */
  usage: 64,
  /** The input is wrong: a batch line that is no transaction (EX_DATAERR). */
  badInput: 65,
  /** A file is missing (EX_NOINPUT). */
  missingFile: 66,
  /** A fault of ours (EX_SOFTWARE). */
  internal: 70,
  /** Deferred: something could not be found out (EX_TEMPFAIL). */
  deferred: 75,
  /** The configuration, or what it names, is wrong (EX_CONFIG). */
  configuration: 78,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A command ends with this code and this one sentence on standard error. */
export class Exit extends Error {
  constructor(
    readonly exitCode: ExitCode,
    message: string,
  ) {
    super(message);
    this.name = "Exit";
  }
}
