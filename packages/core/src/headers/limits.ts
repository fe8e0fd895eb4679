/** Bounds on a header section. Reaching one is the anomaly `header-too-long`, which every policy refuses. */
export interface HeaderLimits {
  /** Octets of the whole section, line ends included. Default 262,144. */
  readonly maxHeaderOctets: number;
  /** Octets of one line without its CRLF. Default 998 (RFC 5322 section 2.1.1). */
  readonly maxLineOctets: number;
  /** Fields. Default 1,200. */
  readonly maxFields: number;
}

/** Bounds on one originator field. Reaching one is the anomaly `header-too-long`, which every policy refuses. */
export interface OriginatorLimits {
  /** Mailboxes of one field, and likewise addresses shown in its names and comments. Default 500. */
  readonly maxMailboxes: number;
  /** Comments within one another. Default 100. */
  readonly maxNesting: number;
}

/** The limits of a header section unless others are given. */
export const HEADER_LIMITS: HeaderLimits = { maxHeaderOctets: 262_144, maxLineOctets: 998, maxFields: 1_200 };

/** The limits of an originator field unless others are given. */
export const ORIGINATOR_LIMITS: OriginatorLimits = { maxMailboxes: 500, maxNesting: 100 };
