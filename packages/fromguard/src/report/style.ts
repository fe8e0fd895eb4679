import type { Io, Output } from "../io.js";

/** Paints text for a terminal, or leaves it as it is. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

/** Colour on terminals only; none where `NO_COLOR` is set and not empty, or where `TERM` is `dumb`. */
export function styleFor(output: Output, env: Io["env"]): Style {
  const colour = output.isTerminal && !env.NO_COLOR && env.TERM !== "dumb";
  const paint = (on: number, off: number) => (text: string) => (colour ? `\x1b[${on}m${text}\x1b[${off}m` : text);
  return { bold: paint(1, 22), dim: paint(2, 22), red: paint(31, 39), green: paint(32, 39), yellow: paint(33, 39) };
}

/** Makes foreign text safe for a terminal: controls, bidirectional marks and lone surrogates stand as `\u{..}`. */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
