import { encodeFrame, type Frame, MAX_BODY_CHUNK } from "./frame.js";
import { MAX_FRAME } from "./frame-cutter.js";
import { type HeaderCommand, placeHeader } from "./placed-header.js";
import {
  broken,
  type Decoded,
  decoded,
  isWireText,
  readStrings,
  refuse,
  splitAtNuls,
  terminated,
  u32,
} from "./wire.js";

/** What the MTA can do, from `O`. */
export interface NegotiateCommand {
  readonly kind: "negotiate";
  readonly version: number;
  readonly actions: number;
  readonly steps: number;
}

/** Macros of the command whose octet is `stage`, from `D`; names as written, in braces or not. */
export interface MacrosCommand {
  readonly kind: "macros";
  /** One character: the command octet that they belong to. */
  readonly stage: string;
  readonly macros: readonly (readonly [name: string, value: string])[];
}

/** The SMTP client, from `C`. */
export interface ConnectCommand {
  readonly kind: "connect";
  /** The verified name, or the address in brackets. */
  readonly name: string;
  /** `4` and `6`: IPv4 and IPv6; `L`: a unix socket; `U`: unknown. */
  readonly family: "4" | "6" | "L" | "U";
  /** 0 where there is none. */
  readonly port: number;
  /** Empty for `U`. */
  readonly address: string;
}

/** The HELO or EHLO argument, from `H`. */
export interface HeloCommand {
  readonly kind: "helo";
  readonly name: string;
}

/** A reverse-path as the client wrote it, from `M`. */
export interface MailCommand {
  readonly kind: "mail";
  readonly sender: string;
  readonly args: readonly string[];
}

/** A forward-path as the client wrote it, from `R`. */
export interface RcptCommand {
  readonly kind: "rcpt";
  readonly recipient: string;
  readonly args: readonly string[];
}

/** An SMTP command that the MTA does not know, from `U`. */
export interface UnknownCommand {
  readonly kind: "unknown";
  readonly text: string;
}

/** Octets of the body, from `B`, or the last of them in `E`. */
export interface BodyCommand {
  readonly kind: "body" | "eom";
  readonly chunk: Buffer;
}

/** Events without data: DATA and the end of the header. */
export interface BareCommand {
  readonly kind: "data" | "eoh";
}

/** Commands that are no events: the message is over, the connection is, or it will carry another client (QUIT_NC). */
export type ControlCommand = { readonly kind: "abort" } | { readonly kind: "quit" } | { readonly kind: "quit-nc" };

/** What a filter is asked about. Strings hold octets as latin1. */
export type EventCommand =
  | ConnectCommand
  | HeloCommand
  | MailCommand
  | RcptCommand
  | HeaderCommand
  | UnknownCommand
  | BodyCommand
  | BareCommand;

/** What an MTA says. Strings hold octets as latin1. */
export type Command = NegotiateCommand | MacrosCommand | EventCommand | ControlCommand;

/** The longest macro frame, in octets. */
const MAX_MACRO_FRAME = 0x10000;

const BARE: Readonly<Record<string, BareCommand | ControlCommand>> = {
  T: { kind: "data" },
  N: { kind: "eoh" },
  A: { kind: "abort" },
  Q: { kind: "quit" },
  K: { kind: "quit-nc" },
};

/** The most octets of a frame by its command octet; 0 where there is no such command. */
const CEILINGS = new Uint32Array(256);
for (const octet of Buffer.from("OCHMRTULNBEAQK")) CEILINGS[octet] = MAX_FRAME;
for (const octet of Buffer.from("D")) CEILINGS[octet] = MAX_MACRO_FRAME;

const BODY = 0x42;
const END_OF_MESSAGE = 0x45;

/**
 * What is wrong with a frame of the MTA by its command octet and announced length: an unknown command octet is refused before its
 * data is read. `maxBodyChunk` is what was agreed on, default 65,535 octets.
 */
export const checkCommandFrame = (octet: number, length: number, maxBodyChunk = MAX_BODY_CHUNK): string | undefined => {
  const isBody = octet === BODY || octet === END_OF_MESSAGE;
  const ceiling = isBody ? maxBodyChunk + 1 : (CEILINGS[octet] as number);
  if (length <= ceiling) return undefined;
  if (ceiling === 0) return `unknown command octet ${octet}`;
  return `a frame ${String.fromCharCode(octet)} of ${length} octets, over ${ceiling}`;
};

/** Reads a frame of an MTA. Only macros are read leniently: a name without a value is left out. */
export function decodeCommand({ octet, data }: Frame): Decoded<Command> {
  const command = String.fromCharCode(octet);
  switch (command) {
    case "L":
      return decodeHeader(data);
    case "D":
      return data.length === 0 ? broken("D without the command that it belongs to") : decoded(decodeMacros(data));
    case "B":
      return decoded({ kind: "body", chunk: data });
    case "E":
      return decoded({ kind: "eom", chunk: data });
    case "M":
    case "R":
      return decodePath(command, data);
    case "O":
      return decodeOffer(data);
    case "C":
      return decodeConnect(data);
    case "H":
    case "U":
      return decodeText(command, data);
    default: {
      const bare = BARE[command];
      if (bare === undefined) return broken(`unknown command octet ${octet}`);
      return data.length === 0 ? decoded(bare) : broken(`${command} with data`);
    }
  }
}

/** Reads the data of a macro frame, at least one octet. A name without a value is left out. */
export function decodeMacros(data: Buffer): MacrosCommand {
  const end = data.lastIndexOf(0);
  const texts = end < 1 ? [] : splitAtNuls(data.toString("latin1", 1, end));
  const macros: [string, string][] = [];
  for (let at = 0; at + 1 < texts.length; at += 2) macros.push([texts[at] as string, texts[at + 1] as string]);
  return { kind: "macros", stage: data.toString("latin1", 0, 1), macros };
}

/**
 * Makes the frame of a command, as an MTA sends it.
 *
 * @throws FromguardError `FG_PROTOCOL` for a value that no frame can hold
 */
export function encodeCommand(command: Command): Buffer {
  switch (command.kind) {
    case "negotiate":
      return encodeFrame("O", u32(command.version), u32(command.actions), u32(command.steps));
    case "macros":
      if (!/^[\x00-\xff]$/.test(command.stage)) refuse("a macro stage is one octet");
      return encodeFrame("D", command.stage, strings(command.macros.flat()));
    case "connect":
      return encodeConnect(command);
    case "helo":
      return encodeFrame("H", strings([command.name]));
    case "mail":
      return encodeFrame("M", strings([command.sender, ...command.args]));
    case "rcpt":
      return encodeFrame("R", strings([command.recipient, ...command.args]));
    case "unknown":
      return encodeFrame("U", strings([command.text]));
    case "header":
      if (command.name === "" || command.value.includes(0)) refuse("a header without name, or with a NUL");
      return encodeFrame("L", strings([command.name]), command.value, "\0");
    case "body":
    case "eom":
      if (command.chunk.length >= MAX_FRAME) refuse(`a body chunk over ${MAX_FRAME - 1} octets`);
      return encodeFrame(command.kind === "body" ? "B" : "E", command.chunk);
    case "data":
      return encodeFrame("T");
    case "eoh":
      return encodeFrame("N");
    case "abort":
      return encodeFrame("A");
    case "quit":
      return encodeFrame("Q");
    case "quit-nc":
      return encodeFrame("K");
  }
}

function decodeHeader(data: Buffer): Decoded<Command> {
  const placed = placeHeader(data, 0, data.length);
  return typeof placed === "string"
    ? broken(placed)
    : decoded({ kind: "header", name: placed.name, value: placed.value });
}

function decodePath(command: "M" | "R", data: Buffer): Decoded<Command> {
  const args = readStrings(data);
  const path = args?.shift();
  if (args === undefined || path === undefined) return broken(`${command} without an address that ends in a NUL`);
  return decoded(command === "M" ? { kind: "mail", sender: path, args } : { kind: "rcpt", recipient: path, args });
}

function decodeText(command: "H" | "U", data: Buffer): Decoded<Command> {
  const [text, ...more] = readStrings(data) ?? [];
  if (text === undefined || more.length > 0) return broken(`${command} is not exactly one string`);
  return decoded(command === "H" ? { kind: "helo", name: text } : { kind: "unknown", text });
}

function decodeOffer(data: Buffer): Decoded<Command> {
  if (data.length < 12) return broken("O shorter than 12 octets");
  return decoded({
    kind: "negotiate",
    version: data.readUInt32BE(0),
    actions: data.readUInt32BE(4),
    steps: data.readUInt32BE(8),
  });
}

function decodeConnect(data: Buffer): Decoded<Command> {
  const end = data.indexOf(0);
  if (end < 0 || end + 1 >= data.length) return broken("C without a name or a family");
  const name = data.toString("latin1", 0, end);
  const family = data.toString("latin1", end + 1, end + 2);
  const rest = data.subarray(end + 2);
  if (family === "U") {
    return rest.length === 0
      ? decoded({ kind: "connect", name, family, port: 0, address: "" })
      : broken("C U with data");
  }
  if (family !== "4" && family !== "6" && family !== "L") return broken("C of an unknown family");
  if (rest.length < 3 || rest.indexOf(0, 2) !== rest.length - 1) return broken("C without port and one address");
  return decoded({
    kind: "connect",
    name,
    family,
    port: rest.readUInt16BE(0),
    address: rest.toString("latin1", 2, rest.length - 1),
  });
}

function encodeConnect({ name, family, port, address }: ConnectCommand): Buffer {
  if (family === "U") return encodeFrame("C", strings([name]), family);
  if (!Number.isInteger(port) || port < 0 || port > 0xffff) refuse("a port out of range");
  return encodeFrame("C", strings([name]), family, Buffer.from([port >> 8, port & 0xff]), strings([address]));
}

function strings(texts: readonly string[]): string {
  if (!texts.every(isWireText)) refuse("a string with a NUL or with characters above one octet");
  return texts.map(terminated).join("");
}
