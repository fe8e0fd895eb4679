import { MAX_BODY_CHUNK } from "./frame.js";

/** The lowest protocol version that is spoken; version 1 is refused. */
export const MIN_VERSION = 2;

/** The highest protocol version that is spoken: Postfix and Sendmail 8.14 and newer offer it. */
export const MAX_VERSION = 6;

/** What a filter may do to a message: the SMFIF bits of the negotiation. */
export const ACTIONS = {
  /** Append and insert header fields. */
  addHeaders: 0x01,
  replaceBody: 0x02,
  addRecipients: 0x04,
  deleteRecipients: 0x08,
  /** Change and delete header fields. */
  changeHeaders: 0x10,
  quarantine: 0x20,
  changeSender: 0x40,
  addRecipientsWithArguments: 0x80,
  /** Choose the macros of each stage in the negotiation's answer. */
  setMacroLists: 0x100,
} as const;

/** Every bit of {@link ACTIONS}. */
export const ALL_ACTIONS = 0x1ff;

/** The SMFIP bits: in the MTA's offer a bit says "I can", in the filter's answer "do it". */
export const STEPS = {
  noConnect: 0x1,
  noHelo: 0x2,
  noMail: 0x4,
  noRcpt: 0x8,
  noBody: 0x10,
  noHeaders: 0x20,
  noEndOfHeader: 0x40,
  /** Header fields get no answer. */
  noReplyHeader: 0x80,
  noUnknown: 0x100,
  noData: 0x200,
  /** The MTA understands the answer `skip`. */
  skip: 0x400,
  /** Show recipients that the MTA has refused too. */
  refusedRecipients: 0x800,
  noReplyConnect: 0x1000,
  noReplyHelo: 0x2000,
  noReplyMail: 0x4000,
  noReplyRcpt: 0x8000,
  noReplyData: 0x10000,
  noReplyUnknown: 0x20000,
  noReplyEndOfHeader: 0x40000,
  noReplyBody: 0x80000,
  /** Leave the white space behind the colon of a header field alone, in both directions. */
  leadingSpace: 0x100000,
  /** Body chunks of up to 262,143 octets: SMFIP_MDS_256K, which only Sendmail offers. */
  bodyChunks256K: 0x10000000,
  /** Body chunks of up to 1,048,575 octets: SMFIP_MDS_1M, which only Sendmail offers. */
  bodyChunks1M: 0x20000000,
} as const;

/** Every bit of {@link STEPS}. */
export const ALL_STEPS = 0x301fffff;

/** The most octets of body that an MTA sends in one frame, by the steps that were agreed: 65,535 without a bit for more. */
export function bodyChunkOf(steps: number): number {
  if (steps & STEPS.bodyChunks1M) return 0xfffff;
  return steps & STEPS.bodyChunks256K ? 0x3ffff : MAX_BODY_CHUNK;
}

/** The stages whose macro lists a filter may choose, with their numbers on the wire. */
export const MACRO_STAGES = {
  connect: 0,
  helo: 1,
  mail: 2,
  rcpt: 3,
  data: 4,
  endOfMessage: 5,
  endOfHeader: 6,
} as const;
