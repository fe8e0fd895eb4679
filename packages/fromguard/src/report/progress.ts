import type { Output } from "../io.js";

/** Milliseconds between two changes of a progress line. */
const EVERY_MS = 250;

/** The width of the bar, in characters. */
const WIDTH = 30;

/** Shows how far a long task is. */
export interface Progress {
  /** Octets that were read since the last call. */
  readonly read: (octets: number) => void;
  /** Lines in all: shows it, now and then. */
  readonly lines: (lines: number) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

/** A bar on a terminal; nothing elsewhere. Where the total is 0, only lines are counted. */
export function progressOn(output: Output, totalOctets: number, now: () => number = () => performance.now()): Progress {
  if (!output.isTerminal) return { read: () => undefined, lines: () => undefined, end: () => undefined };
  let octets = 0;
  let shownAt = now();
  let shown = false;
  return {
    read: (more) => {
      octets += more;
    },
    lines: (lines) => {
      if (now() - shownAt < EVERY_MS) return;
      shownAt = now();
      shown = true;
      void output.write(`\r${barOf(octets, totalOctets)}${lines.toLocaleString("en")} lines\x1b[K`);
    },
    end: () => {
      if (shown) void output.write("\r\x1b[K");
    },
  };
}

function barOf(octets: number, total: number): string {
  if (total === 0) return "";
  const share = Math.min(1, octets / total);
  const full = Math.round(share * WIDTH);
  return `[${"#".repeat(full)}${".".repeat(WIDTH - full)}] ${String(Math.floor(share * 100)).padStart(3)} %  `;
}
