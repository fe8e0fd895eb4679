import type { Newline } from "./program.js";

const KINDS = new Set<string>(["CR", "LF", "CRLF", "ANY", "ANYCRLF", "NUL"]);

/** The newline convention of the settings at the start of a pattern: the last that is one; LF where there is none. */
export function newlineOf(settings: readonly { readonly name: string }[]): Newline {
  return (settings.findLast(({ name }) => KINDS.has(name))?.name ?? "LF") as Newline;
}

const CR = 13;
const LF = 10;

/** Octets of the newline that begins here; 0 where none does. */
export function newlineAt(kind: Newline, subject: string, at: number, utf: boolean): number {
  const byte = subject.charCodeAt(at);
  switch (kind) {
    case "LF":
      return byte === LF ? 1 : 0;
    case "CR":
      return byte === CR ? 1 : 0;
    case "NUL":
      return byte === 0 ? 1 : 0;
    case "CRLF":
      return byte === CR && subject.charCodeAt(at + 1) === LF ? 2 : 0;
    default:
      if (byte === LF) return 1;
      if (byte === CR) return subject.charCodeAt(at + 1) === LF ? 2 : 1;
      return kind === "ANY" ? otherNewlineAt(subject, at, utf) : 0;
  }
}

function otherNewlineAt(subject: string, at: number, utf: boolean): number {
  const byte = subject.charCodeAt(at);
  if (byte === 11 || byte === 12) return 1;
  if (!utf) return byte === 0x85 ? 1 : 0;
  if (subject.startsWith("\xc2\x85", at)) return 2;
  return subject.startsWith("\xe2\x80\xa8", at) || subject.startsWith("\xe2\x80\xa9", at) ? 3 : 0;
}

/** Whether a newline ends here. Between CR and LF one does, where both kinds count. */
export function newlineBefore(kind: Newline, subject: string, at: number, utf: boolean): boolean {
  if (at === 0) return false;
  if (kind === "CRLF") return at > 1 && newlineAt(kind, subject, at - 2, utf) === 2;
  const last = subject.charCodeAt(at - 1);
  if (kind === "ANYCRLF" || kind === "ANY") {
    if (last === LF || last === CR) return true;
    if (kind === "ANYCRLF") return false;
    for (let length = 1; length <= Math.min(3, at); length += 1) {
      if (otherNewlineAt(subject, at - length, utf) === length) return true;
    }
    return false;
  }
  return newlineAt(kind, subject, at - 1, utf) === 1;
}
