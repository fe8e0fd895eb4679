import { type Frame, type Negotiation, negotiationOf, stringsOf } from "./wire.js";

/**
 * Whether a frame from a filter keeps the protocol. `doubtful` frames are well formed but bend a rule that MTAs treat
 * differently: an encoder may build them or refuse.
 */
export type Soundness = "sound" | "doubtful" | "broken";

const EDITS = "himqe+2-b";
const BARE = "cartdsp4";

/** Whether a filter's frame changes the message. */
export function isEdit({ command }: Frame): boolean {
  return EDITS.includes(command);
}

/** Judges a frame that a filter sent, as an answer to the event `answering` and after the MTA's offer. */
export function soundnessOf(frame: Frame, answering: string, offer: Negotiation | undefined): Soundness {
  const { command, data } = frame;
  if (command === "O") return isSoundNegotiation(frame, offer) ? "sound" : "broken";
  if (isEdit(frame) && answering !== "E") return "broken";
  if (BARE.includes(command)) return data.length === 0 ? "sound" : "broken";
  if (command === "b") return "sound";
  if (command === "y") return isReplyText(stringsOf(data)) ? "sound" : "broken";
  if (command === "i" || command === "m") {
    if (data.length < 4) return "broken";
    const index = Buffer.from(data).readUInt32BE(0);
    const soundness = headerSoundness(stringsOf(data.subarray(4)));
    return command === "m" && index === 0 && soundness === "sound" ? "doubtful" : soundness;
  }
  if (command === "h") return headerSoundness(stringsOf(data));
  const strings = stringsOf(data)?.length ?? 0;
  if (command === "e" || command === "2") return strings === 1 || strings === 2 ? "sound" : "broken";
  if (command === "q" || command === "+" || command === "-") return strings === 1 ? "sound" : "broken";
  return "broken";
}

/** Asks for no more than was offered, and for no later version. */
function isSoundNegotiation(frame: Frame, offer: Negotiation | undefined): boolean {
  const answer = negotiationOf(frame);
  if (answer === undefined || offer === undefined) return false;
  return (
    answer.version <= offer.version && (answer.actions & ~offer.actions) === 0 && (answer.steps & ~offer.steps) === 0
  );
}

/** `ddd text` on one line, or `ddd-` on all but the last; the class of an enhanced code is that of the code. */
function isReplyText(strings: readonly string[] | undefined): boolean {
  if (strings?.length !== 1) return false;
  const lines = (strings[0] ?? "").split("\r\n");
  const code = lines[0]?.slice(0, 3) ?? "";
  if (!/^[45][0-9]{2}$/.test(code)) return false;
  return lines.every((line, index) => {
    const separator = index === lines.length - 1 ? " " : "-";
    const enhanced = /^([245])\.[0-9]{1,3}\.[0-9]{1,3}(?: |$)/.exec(line.slice(4));
    return (
      line.startsWith(code + separator) &&
      !/[\r\n]/.test(line) &&
      (enhanced === null || enhanced[1] === code.slice(0, 1))
    );
  });
}

/** A name and a value; a line end in the value that begins no fold bends the rules. */
function headerSoundness(strings: readonly string[] | undefined): Soundness {
  if (strings?.length !== 2) return "broken";
  const [name = "", value = ""] = strings;
  if (!/^[!-9;-~]+$/.test(name)) return "broken";
  return /\r|\n(?![ \t])/.test(value) ? "doubtful" : "sound";
}
