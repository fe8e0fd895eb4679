import { Readable } from "node:stream";
import {
  applyEdits,
  checkLimits,
  type Decision,
  facts,
  type Guard,
  type MessageLimits,
  type MutableFacts,
  messageFacts,
  type Reply,
  TRY_LATER,
  type Transaction,
} from "@fromguard/core";
import { type HeadRead, MAX_BUFFERED_BYTES, readHead, replaceHead } from "./head.js";
import type { MessageStream, SmtpAddress, SmtpError, SmtpSession } from "./host.js";
import { pathOf } from "./message-facts.js";
import { errorOf, refusalOf, tooLongReply } from "./refusal.js";

/** What the hooks tell the log. */
export type HooksEvent<Session extends SmtpSession = SmtpSession> =
  /** The guard decided, at MAIL FROM or on the message. */
  | {
      readonly kind: "decided";
      readonly stage: "mail" | "data";
      readonly decision: Decision;
      readonly session: Session;
    }
  /** A message that the guard would have accepted was refused for its size. */
  | { readonly kind: "over-limit"; readonly limit: string; readonly session: Session }
  /** Something threw, here or in `loginOf` or `deliver`; the client was told to try later. */
  | { readonly kind: "failed"; readonly stage: "mail" | "data"; readonly cause: unknown; readonly session: Session };

/** Options of {@link guardHooks}. */
export interface GuardHooksOptions<Session extends SmtpSession = SmtpSession> {
  readonly guard: Guard;
  /**
   * Takes an accepted message, all of it from its first octet, the edits of the decision made in its header. Edits of the
   * envelope and quarantine are not the header's: they are the host's to make.
   *
   * The stream may still be receiving: as with smtp-server alone, look at `sizeExceeded` at its end, and take an early
   * `close` for a client that left. The client is told 250 when the promise resolves, with the text it resolves with, or with
   * LMTP the answers of an array, one a recipient. What it rejects with is told if it has a `responseCode`, else 451.
   */
  readonly deliver: (message: MessageStream, session: Session, decision: Decision) => Promise<unknown>;
  /** Who logged in. Default: `session.user`, which must then be a string. */
  readonly loginOf?: (session: Session) => string | null;
  /** The fact `listener`. Default `default`. */
  readonly listener?: string;
  /** Within which messages are read. Default `MESSAGE_LIMITS` of core. */
  readonly readLimits?: Partial<MessageLimits>;
  /**
   * Octets of a header. What is longer is refused with 550 5.6.0, to clients without a login too. Default `readLimits.maxHeaderOctets`,
   * or {@link MAX_HEADER_BYTES}.
   */
  readonly maxHeaderBytes?: number;
  /**
   * Octets of a message that is held in memory, which happens only under a rule that needs `bodyAnomalies`. What is longer is
   * refused with 550 5.6.0. Default {@link MAX_BUFFERED_BYTES}.
   */
  readonly maxBufferedBytes?: number;
  /** True with smtp-server's `hideENHANCEDSTATUSCODES: false`, under which it writes its own. Default false. */
  readonly hostAddsEnhancedCodes?: boolean;
  /** Told of each decision and failure. What it throws is ignored. */
  readonly onEvent?: (event: HooksEvent<Session>) => void;
}

/** Handlers for the options of smtp-server's `SMTPServer`. */
export interface GuardHooks<Session extends SmtpSession = SmtpSession> {
  onMailFrom(address: SmtpAddress, session: Session, callback: (error?: SmtpError | null) => void): void;
  onData(
    stream: MessageStream,
    session: Session,
    callback: (error?: SmtpError | null, message?: string | (string | Error)[]) => void,
  ): void;
}

/** The default of {@link GuardHooksOptions.maxHeaderBytes}: 256 KiB. */
export const MAX_HEADER_BYTES = 256 * 1024;

const OVER_SIZE: Reply = { code: 552, enhanced: "5.3.4", text: "The message is over the size of this server" };

const CLIENT_LEFT = "the client left";

/** One message between MAIL FROM and DATA. */
interface Mail {
  readonly login: string | null;
  readonly envelope: MutableFacts;
  readonly transaction: Transaction;
}

/** What becomes of a message. */
type Outcome = { readonly reply: Reply } | { readonly delivered: unknown };

/**
 * Makes the handlers with which nodemailer's smtp-server asks a guard.
 *
 * `onMailFrom` judges what the envelope tells. `onData` judges the message when its header is there, before its body is taken
 * in, then hands the stream to `deliver`, its header edited; a refused message is drained and never delivered. A rule that needs recipients
 * runs at DATA. An error here, in `loginOf` or `deliver` is 451 4.3.0.
 *
 * The parser of smtp-server drops a source route and shows the sender's domain in U-labels before the guard sees it. Its client
 * name is an unverified PTR name, so the fact `client` has the address alone. smtp-server lets a client log in between MAIL
 * and DATA: the envelope is then judged anew.
 */
export function guardHooks<Session extends SmtpSession = SmtpSession>(
  options: GuardHooksOptions<Session>,
): GuardHooks<Session> {
  const { guard, loginOf = loginOfUser, onEvent, hostAddsEnhancedCodes = false } = options;
  const { listener = "default", readLimits = {}, maxBufferedBytes = MAX_BUFFERED_BYTES } = options;
  const { maxHeaderBytes = readLimits.maxHeaderOctets ?? MAX_HEADER_BYTES } = options;
  checkLimits(readLimits);
  const needsBody = guard.needs.includes("bodyAnomalies");
  const needsHeader = needsBody || guard.needs.includes("headers");
  const mails = new WeakMap<object, Mail>();

  const tell = (event: HooksEvent<Session>) => {
    try {
      onEvent?.(event);
    } catch {
      // A log that fails must not turn an accepted message into an error.
    }
  };
  const failed = (stage: "mail" | "data", cause: unknown, session: Session): Reply => {
    tell({ kind: "failed", stage, cause, session });
    return TRY_LATER;
  };

  const begin = (address: SmtpAddress, session: Session): Mail => {
    const login = loginOf(session);
    const client = session.remoteAddress;
    const envelope: MutableFacts = facts({ login, client, helo: session.hostNameAppearsAs || null, listener });
    envelope.envelopeFrom = pathOf(address.address);
    return { login, envelope, transaction: guard.begin() };
  };

  const judgeEnvelope = (address: SmtpAddress, session: Session): Reply | undefined | Promise<Reply | undefined> => {
    const answer = (decision: Decision) => {
      tell({ kind: "decided", stage: "mail", decision, session });
      return refusalOf(decision);
    };
    const fault = (cause: unknown) => failed("mail", cause, session);
    try {
      const mail = begin(address, session);
      mails.set(session.envelope, mail);
      const decision = mail.transaction.learn(mail.envelope);
      return decision instanceof Promise ? decision.then(answer).catch(fault) : answer(decision);
    } catch (cause) {
      return fault(cause);
    }
  };

  const judgeMessage = async (head: HeadRead | undefined, session: Session): Promise<Decision> => {
    const { mailFrom, rcptTo } = session.envelope;
    let mail = mails.get(session.envelope);
    let more: MutableFacts = {};
    if (mail === undefined || mail.login !== loginOf(session)) {
      if (mailFrom === false) throw new Error("DATA without MAIL");
      mail = begin(mailFrom, session);
      more = mail.envelope;
    }
    more.recipients = rcptTo.map(({ address }) => pathOf(address));
    if (head !== undefined) Object.assign(more, messageFacts(head.bytes, { readLimits, needsBody }));
    const decision = await mail.transaction.learn(more);
    const { waiting } = mail.transaction;
    if (decision.action === "accept" && waiting.length > 0) throw new Error(`${waiting.join(", ")} could not run`);
    tell({ kind: "decided", stage: "data", decision, session });
    return decision;
  };

  const headOf = async (stream: MessageStream): Promise<HeadRead> => {
    const head = await readHead(stream, needsBody ? "end" : "header", needsBody ? maxBufferedBytes : maxHeaderBytes);
    if (head.kind === "gone") throw new Error(CLIENT_LEFT);
    return head;
  };

  const receive = async (stream: MessageStream, session: Session): Promise<Outcome> => {
    const judged = needsHeader ? await headOf(stream) : undefined;
    const decision = await judgeMessage(judged, session);
    const reply = refusalOf(decision);
    if (reply !== undefined) return { reply };
    const { edits } = decision;
    // A rule that needs no header may still write into it.
    const head = judged ?? (edits.length > 0 ? await headOf(stream) : undefined);
    if (head?.kind === "too-long") {
      tell({ kind: "over-limit", limit: needsBody ? "maxBufferedBytes" : "maxHeaderBytes", session });
      return { reply: tooLongReply(needsBody) };
    }
    if (head?.kind === "whole") {
      if (stream.sizeExceeded) return { reply: OVER_SIZE };
      return { delivered: await options.deliver(streamOf(applyEdits(head.bytes, edits)), session, decision) };
    }
    if (stream.destroyed) throw new Error(CLIENT_LEFT);
    if (head !== undefined && edits.length > 0) replaceHead(stream, head.bytes.length, applyEdits(head.bytes, edits));
    return { delivered: await options.deliver(stream, session, decision) };
  };

  return {
    onMailFrom(address, session, callback) {
      const answer = (reply: Reply | undefined) =>
        callback(reply === undefined ? null : errorOf(reply, hostAddsEnhancedCodes));
      const judged = judgeEnvelope(address, session);
      if (judged instanceof Promise) void judged.then(answer);
      else answer(judged);
    },
    onData(stream, session, callback) {
      const refuse = (error: SmtpError) => {
        stream.resume();
        callback(error);
      };
      receive(stream, session).then(
        (outcome) => {
          if ("reply" in outcome) refuse(errorOf(outcome.reply, hostAddsEnhancedCodes));
          else callback(null, answerOf(outcome.delivered));
        },
        (cause) => refuse(isMeant(cause) ? cause : errorOf(failed("data", cause, session), hostAddsEnhancedCodes)),
      );
    },
  };
}

function loginOfUser({ user }: SmtpSession): string | null {
  if (typeof user === "string" && user !== "") return user;
  if (!user) return null;
  throw new TypeError("session.user is no string: give guardHooks a loginOf");
}

function streamOf(bytes: Uint8Array): MessageStream {
  const stream = Readable.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), { objectMode: false });
  return Object.assign(stream, { byteLength: bytes.length, sizeExceeded: false });
}

function answerOf(delivered: unknown): string | (string | Error)[] | undefined {
  return typeof delivered === "string" || Array.isArray(delivered) ? delivered : undefined;
}

/** Whether an error of `deliver` is an answer for the client. */
function isMeant(cause: unknown): cause is SmtpError {
  return cause instanceof Error && typeof (cause as SmtpError).responseCode === "number";
}
