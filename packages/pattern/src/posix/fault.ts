/** The errors of regcomp, in the words of regerror. */
const MESSAGES = {
  BADPAT: "Invalid regular expression",
  ECOLLATE: "Invalid collation character",
  ECTYPE: "Invalid character class name",
  EESCAPE: "Trailing backslash",
  ESUBREG: "Invalid back reference",
  EBRACK: "Unmatched [, [^, [:, [., or [=",
  EPAREN: "Unmatched ( or \\(",
  EBRACE: "Unmatched \\{",
  BADBR: "Invalid content of \\{\\}",
  ERANGE: "Invalid range end",
  BADRPT: "Invalid preceding regular expression",
  ESIZE: "Regular expression too big",
} as const;

/** An error by its name in regex.h, less `REG_`. */
export type PosixError = keyof typeof MESSAGES;

/** Thrown inside the parser only, and caught where it begins. */
export class PosixFault extends Error {
  constructor(error: PosixError) {
    super(MESSAGES[error]);
  }
}

/** Groups within groups that glibc takes and this package does not. */
export class TooDeep extends Error {}
