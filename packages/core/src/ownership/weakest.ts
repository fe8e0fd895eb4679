import type { Answer } from "./ownership.js";

const WEAKEST_FIRST = ["unknown", "no-others-own-it", "no-nobody-owns-it"] as const;

/**
 * The answer on an address of several forms, each of which must be owned: the first that could not be asked, that others own,
 * that nobody owns; then the first that is owned on behalf only.
 */
export function weakest(answers: readonly Answer[]): Answer {
  for (const kind of WEAKEST_FIRST) {
    const found = answers.find((answer) => answer.kind === kind);
    if (found !== undefined) return found;
  }
  return answers.find((answer) => answer.kind === "yes" && answer.requires !== undefined) ?? (answers[0] as Answer);
}
