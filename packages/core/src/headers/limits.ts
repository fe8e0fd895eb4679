import { FromguardError } from "../verdict/error.js";

/** Bounds on one originator field. Reaching one is the anomaly `header-too-long`, which every policy refuses. */
export interface OriginatorLimits {
  /** Mailboxes of one field, and likewise addresses shown in its names and comments. Default 500. */
  readonly maxMailboxes: number;
  /** Comments within one another. Default 100. */
  readonly maxNesting: number;
}

/** Bounds on a header section. Reaching one is the anomaly `header-too-long`, which every policy refuses. */
export interface HeaderLimits extends OriginatorLimits {
  /** Octets of the whole section, line ends included. Default 262,144. */
  readonly maxHeaderOctets: number;
  /** Octets of one line without its CRLF. Default 998 (RFC 5322 section 2.1.1). */
  readonly maxLineOctets: number;
  /** Fields. Default 1,200. */
  readonly maxFields: number;
}

/** Bounds on a message: its header, and the search of its body for MIME parts, whose headers have the same bounds. */
export interface MessageLimits extends HeaderLimits {
  /** Multiparts within one another. Default 50. */
  readonly maxMimeDepth: number;
  /** Parts in all. Default 10,000. */
  readonly maxMimeParts: number;
}

/** The limits of a header section unless others are given. */
export const HEADER_LIMITS: HeaderLimits = {
  maxHeaderOctets: 262_144,
  maxLineOctets: 998,
  maxFields: 1_200,
  maxMailboxes: 500,
  maxNesting: 100,
};

/** The limits of a message unless others are given. */
export const MESSAGE_LIMITS: MessageLimits = { ...HEADER_LIMITS, maxMimeDepth: 50, maxMimeParts: 10_000 };

/** The limits of a header section, the default where none is given. */
export function headerLimits(given: Partial<HeaderLimits>): HeaderLimits {
  return {
    maxHeaderOctets: given.maxHeaderOctets ?? HEADER_LIMITS.maxHeaderOctets,
    maxLineOctets: given.maxLineOctets ?? HEADER_LIMITS.maxLineOctets,
    maxFields: given.maxFields ?? HEADER_LIMITS.maxFields,
    maxMailboxes: given.maxMailboxes ?? HEADER_LIMITS.maxMailboxes,
    maxNesting: given.maxNesting ?? HEADER_LIMITS.maxNesting,
  };
}

/**
 * Tests limits before messages are read within them: one that is no number would bound nothing.
 *
 * @throws FromguardError `FG_POLICY_INVALID` naming the limit, where it is no whole number from 1.
 */
export function checkLimits(given: Partial<MessageLimits>): void {
  for (const [key, value] of Object.entries(given)) {
    const what = Object.hasOwn(MESSAGE_LIMITS, key)
      ? value === undefined || (Number.isSafeInteger(value) && value >= 1)
        ? undefined
        : "must be a whole number from 1"
      : "is no limit of a message";
    if (what !== undefined) throw new FromguardError("FG_POLICY_INVALID", what, { place: { key } });
  }
}
