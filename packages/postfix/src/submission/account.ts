/** Who runs `sendmail` or `postdrop`, as the kernel and the password database know him. */
export interface Account {
  readonly uid: number;
  /** Undefined where the password database has no such user. */
  readonly name: string | undefined;
}
