import type { Facts } from "@fromguard/core";

/** A message as a log tells of it, or an attempt that the MTA refused. */
export interface LoggedMessage {
  readonly file: string;
  /** The line that tells the sender. */
  readonly line: number;
  readonly time: string;
  /** The MTA refused it itself. */
  readonly refused: boolean;
  /** Absent is what the log does not tell. */
  readonly facts: Partial<Facts>;
}
