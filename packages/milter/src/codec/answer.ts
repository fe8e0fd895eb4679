import { ACTIONS, ALL_ACTIONS, ALL_STEPS, MAX_VERSION, MIN_VERSION } from "./flags.js";
import { encodeFrame, type Frame, MAX_BODY_CHUNK } from "./frame.js";
import { MAX_FRAME } from "./frame-cutter.js";
import { replyTextFault } from "./reply-text.js";
import { broken, type Decoded, decoded, isWireText, readStrings, refuse, terminated, u32 } from "./wire.js";

/** The answer to the MTA's offer. */
export interface NegotiateAnswer {
  readonly kind: "negotiate";
  readonly version: number;
  readonly actions: number;
  readonly steps: number;
  /** Macro names by stage, each list as text: `i {auth_authen}`. Stages not named keep the MTA's list. */
  readonly macros: readonly (readonly [stage: number, names: string])[];
}

/** Verdicts without data. */
export type PlainVerdict = "continue" | "accept" | "reject" | "tempfail" | "discard" | "skip";

/** A change to the message; legal only between the end of the message and its verdict. */
export type MilterEdit =
  | { readonly kind: "add-header"; readonly name: string; readonly value: string }
  /** `index` counts all fields, from 0: above the MTA's own Received. */
  | { readonly kind: "insert-header"; readonly index: number; readonly name: string; readonly value: string }
  /** `index` counts the fields of that name, from 1; an empty value deletes. */
  | { readonly kind: "change-header"; readonly index: number; readonly name: string; readonly value: string }
  | { readonly kind: "change-sender"; readonly address: string; readonly args?: string }
  | { readonly kind: "add-recipient"; readonly address: string }
  | { readonly kind: "add-recipient-with-arguments"; readonly address: string; readonly args?: string }
  | { readonly kind: "delete-recipient"; readonly address: string }
  | { readonly kind: "replace-body"; readonly chunk: Uint8Array }
  | { readonly kind: "quarantine"; readonly reason: string };

/** What a filter says. Strings hold octets as latin1. */
export type Answer =
  | NegotiateAnswer
  | { readonly kind: PlainVerdict | "progress" | "shutdown" | "connection-failure" }
  /** A reply of one or several lines, {@link replyTextFault} says which. */
  | { readonly kind: "reply"; readonly text: string }
  | MilterEdit;

const BARE = {
  continue: "c",
  accept: "a",
  reject: "r",
  tempfail: "t",
  discard: "d",
  skip: "s",
  progress: "p",
  shutdown: "4",
  "connection-failure": "f",
} as const;

type BareKind = keyof typeof BARE;

const BARE_KINDS = new Map<string, BareKind>(Object.entries(BARE).map(([kind, octet]) => [octet, kind as BareKind]));

/** The action bit that an edit needs to have been negotiated. */
export const EDIT_ACTIONS: Readonly<Record<MilterEdit["kind"], number>> = {
  "add-header": ACTIONS.addHeaders,
  "insert-header": ACTIONS.addHeaders,
  "change-header": ACTIONS.changeHeaders,
  "change-sender": ACTIONS.changeSender,
  "add-recipient": ACTIONS.addRecipients,
  "add-recipient-with-arguments": ACTIONS.addRecipientsWithArguments,
  "delete-recipient": ACTIONS.deleteRecipients,
  "replace-body": ACTIONS.replaceBody,
  quarantine: ACTIONS.quarantine,
};

/**
 * What is wrong with an answer, whatever it answers; undefined where it may be sent.
 *
 * A line break in a header value must be a fold, so that no value becomes a second field: LF and a blank. CRLF and a blank may be sent,
 * too, but Postfix 3.7 delivers that CR.
 */
export function answerFault(answer: Answer): string | undefined {
  switch (answer.kind) {
    case "negotiate":
      return negotiationFault(answer);
    case "reply":
      return isWireText(answer.text) ? replyTextFault(answer.text) : "a reply that is not octets";
    case "add-header":
      return headerFault(answer.name, answer.value);
    case "insert-header":
    case "change-header":
      if (!isU32(answer.index)) return "a header index out of range";
      return headerFault(answer.name, answer.value);
    case "change-sender":
    case "add-recipient-with-arguments":
      return (
        lineFault(answer.address, "an address") ?? (answer.args === undefined ? undefined : argsFault(answer.args))
      );
    case "add-recipient":
    case "delete-recipient":
      return lineFault(answer.address, "an address");
    case "quarantine":
      return lineFault(answer.reason, "a quarantine reason");
    case "replace-body":
      return answer.chunk.length > MAX_BODY_CHUNK ? `a body chunk over ${MAX_BODY_CHUNK} octets` : undefined;
    case "connection-failure":
      return "an answer that is internal to Sendmail";
    default:
      return undefined;
  }
}

/**
 * Makes the frame of an answer.
 *
 * @throws FromguardError `FG_PROTOCOL` for what {@link answerFault} finds: a frame that breaks the protocol is never built
 */
export function encodeAnswer(answer: Answer): Buffer {
  const fault = answerFault(answer);
  if (fault !== undefined) refuse(fault);
  return encodeSound(answer);
}

/** Makes the frame of an answer in which {@link answerFault} has found nothing. */
export function encodeSound(answer: Answer): Buffer {
  switch (answer.kind) {
    case "negotiate":
      return encodeNegotiation(answer);
    case "reply":
      return encodeFrame("y", terminated(answer.text));
    case "add-header":
      return encodeFrame("h", terminated(answer.name), terminated(answer.value));
    case "insert-header":
      return encodeFrame("i", u32(answer.index), terminated(answer.name), terminated(answer.value));
    case "change-header":
      return encodeFrame("m", u32(answer.index), terminated(answer.name), terminated(answer.value));
    case "change-sender":
      return encodeAddress("e", answer.address, answer.args);
    case "add-recipient":
      return encodeAddress("+", answer.address);
    case "add-recipient-with-arguments":
      return encodeAddress("2", answer.address, answer.args);
    case "delete-recipient":
      return encodeAddress("-", answer.address);
    case "replace-body":
      return encodeFrame("b", answer.chunk);
    case "quarantine":
      return encodeFrame("q", terminated(answer.reason));
    default:
      return encodeFrame(BARE[answer.kind]);
  }
}

/** Reads a frame of a filter: what its octets say, which {@link answerFault} may still object to. */
export function decodeAnswer({ octet, data }: Frame): Decoded<Answer> {
  const command = String.fromCharCode(octet);
  const bare = BARE_KINDS.get(command);
  if (bare !== undefined) return data.length === 0 ? decoded({ kind: bare }) : broken(`${command} with data`);
  switch (command) {
    case "O":
      return decodeNegotiation(data);
    case "b":
      return decoded({ kind: "replace-body", chunk: data });
    case "i":
    case "m":
      return decodeIndexed(command, data);
    case "y":
    case "h":
    case "e":
    case "+":
    case "2":
    case "-":
    case "q":
      return decodeTexts(command, readStrings(data) ?? []);
    default:
      return broken(`unknown answer octet ${octet}`);
  }
}

function decodeTexts(command: string, [first, second, ...more]: readonly string[]): Decoded<Answer> {
  const fault = broken(`${command} with missing or extra strings`);
  if (first === undefined || more.length > 0) return fault;
  if (command === "h") {
    return second === undefined ? fault : decoded({ kind: "add-header", name: first, value: second });
  }
  if (command === "e" || command === "2") {
    const kind = command === "e" ? "change-sender" : "add-recipient-with-arguments";
    return decoded({ kind, address: first, ...(second === undefined ? {} : { args: second }) });
  }
  if (second !== undefined) return fault;
  if (command === "y") return decoded({ kind: "reply", text: first });
  if (command === "q") return decoded({ kind: "quarantine", reason: first });
  return decoded({ kind: command === "+" ? "add-recipient" : "delete-recipient", address: first });
}

function decodeIndexed(command: "i" | "m", data: Buffer): Decoded<Answer> {
  const [name, value, ...more] = (data.length < 4 ? undefined : readStrings(data.subarray(4))) ?? [];
  if (name === undefined || value === undefined || more.length > 0)
    return broken(`${command} is not an index and two strings`);
  return decoded({
    kind: command === "i" ? "insert-header" : "change-header",
    index: data.readUInt32BE(0),
    name,
    value,
  });
}

function decodeNegotiation(data: Buffer): Decoded<Answer> {
  if (data.length < 12) return broken("O shorter than 12 octets");
  const macros: [number, string][] = [];
  for (let at = 12; at < data.length; ) {
    const end = data.indexOf(0, at + 4);
    if (end < 0) return broken("a macro list without its NUL");
    macros.push([data.readUInt32BE(at), data.toString("latin1", at + 4, end)]);
    at = end + 1;
  }
  return decoded({
    kind: "negotiate",
    version: data.readUInt32BE(0),
    actions: data.readUInt32BE(4),
    steps: data.readUInt32BE(8),
    macros,
  });
}

function encodeNegotiation({ version, actions, steps, macros }: NegotiateAnswer): Buffer {
  const lists = macros.flatMap(([stage, names]) => [u32(stage), terminated(names)]);
  return encodeFrame("O", u32(version), u32(actions), u32(steps), ...lists);
}

function encodeAddress(octet: string, address: string, args?: string): Buffer {
  return args === undefined
    ? encodeFrame(octet, terminated(address))
    : encodeFrame(octet, terminated(address), terminated(args));
}

function negotiationFault({ version, actions, steps, macros }: NegotiateAnswer): string | undefined {
  if (!Number.isInteger(version) || version < MIN_VERSION || version > MAX_VERSION) return "an unknown version";
  if (!isU32(actions) || actions & ~ALL_ACTIONS) return "unknown action bits";
  if (!isU32(steps) || steps & ~ALL_STEPS) return "unknown step bits";
  if (macros.length > 0 && !(actions & ACTIONS.setMacroLists)) return "macro lists that were not negotiated";
  return macros.every(([stage, names]) => isU32(stage) && stage <= 6 && isWireText(names))
    ? undefined
    : "a macro list of an unknown stage, or one that is not octets";
}

function headerFault(name: string, value: string): string | undefined {
  if (!/^[\x21-\x39\x3b-\x7e]+$/.test(name)) return "a malformed header name";
  if (!isWireText(value) || name.length + value.length > MAX_FRAME - 16)
    return "a header value with a NUL, or too long";
  return /\r(?!\n)|\n(?![ \t])/.test(value) ? "a line break in a header value that is no fold" : undefined;
}

function lineFault(text: string, what: string): string | undefined {
  const fine = text !== "" && text.length < MAX_FRAME / 2 && isWireText(text) && !/[\r\n]/.test(text);
  return fine ? undefined : `${what} that is empty, too long, or has line breaks`;
}

function argsFault(args: string): string | undefined {
  return args === "" ? undefined : lineFault(args, "an argument");
}

function isU32(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
}
