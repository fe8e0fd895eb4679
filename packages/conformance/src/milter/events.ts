import { type Frame, hexOf, stringsOf } from "./wire.js";

/** Command octets of events that are owed an answer, as long as no step says otherwise. */
const EVENTS = "CHMRTULNBE";

/** The most octets of body in a frame, as long as no larger chunks are negotiated. */
const MAX_BODY_CHUNK = 0xffff;

/** The no-reply step of each event; an end of message is always answered. */
const NO_REPLY: Readonly<Record<string, number>> = {
  C: 0x1000,
  H: 0x2000,
  M: 0x4000,
  R: 0x8000,
  T: 0x10000,
  U: 0x20000,
  L: 0x80,
  N: 0x40000,
  B: 0x80000,
};

/** Whether a frame of the MTA is owed an answer under the negotiated steps. */
export function isAnswered({ command }: Frame, steps: number): boolean {
  return EVENTS.includes(command) && (steps & (NO_REPLY[command] ?? 0)) === 0;
}

/**
 * The index of the first frame that breaks the protocol, by its form or by its place; the number of frames where none does.
 *
 * @see the published milter protocol: framing, commands, and which of them need an open message
 */
export function firstFault(frames: readonly Frame[]): number {
  let negotiated = false;
  let inMessage = false;
  for (const [index, { command, data }] of frames.entries()) {
    if (!negotiated && command !== "O") return index;
    if (!isWellFormed(command, data)) return index;
    if (command === "O") {
      if (negotiated) return index;
      negotiated = true;
    } else if (command === "M") inMessage = true;
    else if ("RTLNBE".includes(command) && !inMessage) return index;
    else if ("EAK".includes(command)) inMessage = false;
    else if (command === "Q") return frames.length;
  }
  return frames.length;
}

function isWellFormed(command: string, data: Uint8Array): boolean {
  const strings = stringsOf(data);
  switch (command) {
    case "O":
      return data.length >= 12 && Buffer.from(data).readUInt32BE(0) >= 2;
    case "D":
      return data.length === 1 || isPlainMacros(data);
    case "C":
      return isConnect(data);
    case "H":
    case "U":
      return strings?.length === 1;
    case "M":
    case "R":
      return strings !== undefined;
    case "L":
      return strings?.length === 2 && strings[0] !== "";
    case "T":
    case "N":
    case "A":
    case "Q":
    case "K":
      return data.length === 0;
    case "B":
    case "E":
      return data.length <= MAX_BODY_CHUNK;
    default:
      return false;
  }
}

/** Pairs of name and value, no name with two values. */
function isPlainMacros(data: Uint8Array): boolean {
  const strings = stringsOf(data.subarray(1));
  if (strings === undefined || strings.length % 2 !== 0) return false;
  const names = strings.filter((_text, index) => index % 2 === 0);
  return new Set(names).size === names.length;
}

/** Host name NUL, family; but for the unknown family, port and address NUL. */
function isConnect(data: Uint8Array): boolean {
  const family = data.indexOf(0) + 1;
  if (family === 0) return false;
  const letter = String.fromCharCode(data[family] ?? 0);
  if (letter === "U") return data.length === family + 1;
  return "46L".includes(letter) && stringsOf(data.subarray(family + 3))?.length === 1;
}

/**
 * What a filter must see of well-formed frames: each event with its own octets, a sender with the user who is
 * authenticated for this message and no other.
 */
export function sightings(frames: readonly Frame[]): readonly string[] {
  const seen: string[] = [];
  let user: string | undefined;
  for (const { command, data } of frames) {
    const [first = "", second = ""] = stringsOf(data) ?? [];
    if (command === "Q") break;
    if (command === "D" && data[0] === "M".charCodeAt(0)) user = macroOf(data.subarray(1), "auth_authen");
    else if (command === "A" || command === "K") user = undefined;
    else if (command === "M") {
      seen.push(sighting("M", `${first} by ${user ?? "nobody"}`));
      user = undefined;
    } else if (command === "C") seen.push(sighting("C", addressOf(data)));
    else if (command === "L") seen.push(sighting("L", `${first}:${second}`));
    else if (command === "B" || command === "E") seen.push(sighting(command, hexOf(data)));
    else if (EVENTS.includes(command)) seen.push(sighting(command, first));
  }
  return seen;
}

/** The words for an event that a filter saw. */
export function sighting(command: string, what: string): string {
  return `${command} ${what}`;
}

function macroOf(data: Uint8Array, name: string): string | undefined {
  const strings = stringsOf(data) ?? [];
  const at = strings.indexOf(`{${name}}`);
  return at < 0 ? undefined : strings[at + 1];
}

function addressOf(data: Uint8Array): string {
  const family = data.indexOf(0) + 1;
  return stringsOf(data.subarray(family + 3))?.[0] ?? "";
}
