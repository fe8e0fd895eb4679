/** The safe behaviour that a hand-made input asks for. */
export interface Expectation {
  /** Whether the server closes the connection by itself. */
  readonly close: "must" | "may" | "must-not";
  /** Where the connection stays open, the last answer is a temporary failure. */
  readonly deferral: boolean;
}

/**
 * Reads the words in which a corpus says what is safe: "close ..." alone, "close, or X" or "X, or close" (also as "treat as
 * an error"), or anything else: the answers, and the connection stays open. What happens at the end of stream is no close.
 */
export function expectationOf(text: string): Expectation {
  const words = text.toLowerCase().replace(/on end of stream[^;]*/g, "");
  const deferral = /temporary failure/.test(words);
  if (/^close\b(?!,? or\b)/.test(words)) return { close: "must", deferral };
  return { close: /\bclose\b|\berror\b/.test(words) ? "may" : "must-not", deferral };
}
