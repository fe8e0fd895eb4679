/** Codes of errors that are the operator's or programmer's to mend. */
export type FromguardErrorCode =
  | "FG_CONFIG_INVALID"
  | "FG_POLICY_INVALID"
  | "FG_TABLE_INVALID"
  | "FG_FILE_UNREADABLE"
  | "FG_LISTEN_FAILED"
  | "FG_PROTOCOL";

/** Where the fault is. */
export interface Place {
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  /** The configuration key or option, such as `listeners[0].policy`. */
  readonly key?: string;
}

/**
 * The one error that this project throws on purpose: bad configuration, a bad table, a failed bind.
 *
 * Test `code`, never the class or the message: two copies of a package may be loaded. The message is one
 * sentence that begins with the place (`FILE:LINE: key: what is wrong`) where it is known.
 */
export class FromguardError extends Error {
  readonly code: FromguardErrorCode;
  readonly place: Place;

  constructor(
    code: FromguardErrorCode,
    what: string,
    options: { readonly place?: Place; readonly cause?: unknown } = {},
  ) {
    const place = options.place ?? {};
    super(`${formatPlace(place)}${what}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "FromguardError";
    this.code = code;
    this.place = place;
  }
}

function formatPlace({ file, line, column, key }: Place): string {
  const position = [file, line, column].filter((part) => part !== undefined).join(":");
  return [position, key].map((part) => (part ? `${part}: ` : "")).join("");
}

/** Whether something thrown is a {@link FromguardError}, of whatever copy of the package. */
export function isFromguardError(error: unknown): error is FromguardError {
  return error instanceof Error && typeof (error as { code?: unknown }).code === "string" && "place" in error;
}
