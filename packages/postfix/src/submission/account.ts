/** Who runs `sendmail` or `postdrop`, as the kernel and the password database know him. */
export interface Account {
  /** Undefined where it is not known, as of a user of another machine: shown as `?`. */
  readonly uid: number | undefined;
  /** Undefined where the password database has no such user. */
  readonly name: string | undefined;
}
