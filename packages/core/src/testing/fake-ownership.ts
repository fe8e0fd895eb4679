import type { Answer, Ownership, Question } from "../ownership/ownership.js";

/** The same source, answering with promises. */
export function lateOwnership(source: Ownership): Ownership {
  return {
    name: source.name,
    ask: (login, questions, options) => Promise.resolve().then(() => source.ask(login, questions, options)),
  };
}

/** A source that can answer nothing; `late` by promise, `throws` by breaking its contract. */
export function failingOwnership(options: { readonly late?: boolean; readonly throws?: boolean } = {}): Ownership {
  const { late = false, throws = false } = options;
  const answer = (questions: readonly Question[]): readonly Answer[] => {
    if (throws) throw new Error("the source is down");
    return questions.map(() => ({
      kind: "unknown",
      code: "source-down",
      cause: "the source is down",
      evidence: () => ({ source: "failing" }),
    }));
  };
  return {
    name: "failing",
    ask: (_login, questions) => (late ? Promise.resolve().then(() => answer(questions)) : answer(questions)),
  };
}

/** A source that does not answer before it is aborted, and then is `unknown` with the code `aborted`. */
export function hangingOwnership(): Ownership {
  return {
    name: "hanging",
    ask: (_login, questions, { signal } = {}) =>
      new Promise((resolve) => {
        const give = () =>
          resolve(
            questions.map(() => ({
              kind: "unknown",
              code: "aborted",
              cause: "the source was aborted",
              evidence: () => ({ source: "hanging" }),
            })),
          );
        if (signal?.aborted) give();
        else signal?.addEventListener("abort", give, { once: true });
      }),
  };
}
