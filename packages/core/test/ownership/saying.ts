import type { Answer, Ownership } from "../../src/index.js";

const evidence = () => ({});
/** One of each kind of answer. */
export const answers = {
  yes: { kind: "yes", evidence },
  "on behalf": { kind: "yes", requires: "sender-field", evidence },
  unknown: { kind: "unknown", code: "down", cause: "down", evidence },
  others: { kind: "no-others-own-it", evidence },
  nobody: { kind: "no-nobody-owns-it", evidence },
} as const satisfies Record<string, Answer>;

export type Name = keyof typeof answers;
export const names = Object.keys(answers) as Name[];

/** A source that gives every question that answer. */
export function saying(name: Name): Ownership {
  return { name, ask: (_login, questions) => questions.map(() => answers[name]) };
}
