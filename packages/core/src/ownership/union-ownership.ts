import { formatAddress } from "../address/address.js";
import type { Answer, Ownership, Question } from "./ownership.js";

/**
 * Several sources as one: a yes of any source is a yes, and one without a condition wins over send on behalf. Without a
 * yes, `unknown` wins over no, since the source that did not answer might have said yes; then others over nobody.
 *
 * Asks every source at once. In memory where all sources are. A source that breaks its promise and throws is `unknown`
 * with the code `source-failed`.
 */
export function unionOwnership(...sources: readonly Ownership[]): Ownership {
  const name = sources.map((source) => source.name).join(" | ");
  return {
    name,
    ask: (login, questions, options) => {
      const asked = sources.map((source) => askSafely(source, login, questions, options));
      const join = (all: readonly (readonly Answer[])[]) =>
        questions.map((question, index) =>
          strongest(
            all.map((answers) => answers[index]),
            login,
            question,
            name,
          ),
        );
      return asked.some((answers) => answers instanceof Promise)
        ? Promise.all(asked).then(join)
        : join(asked as readonly (readonly Answer[])[]);
    },
  };
}

type Asked = readonly Answer[] | Promise<readonly Answer[]>;

function askSafely(
  source: Ownership,
  login: string,
  questions: readonly Question[],
  options: { readonly signal?: AbortSignal } | undefined,
): Asked {
  const failed = (error: unknown): readonly Answer[] =>
    questions.map(({ address }) => ({
      kind: "unknown",
      code: "source-failed",
      cause: error instanceof Error ? error.message : String(error),
      evidence: () => ({ login, address: formatAddress(address), source: source.name }),
    }));
  try {
    const answers = source.ask(login, questions, options);
    return "then" in answers ? Promise.resolve(answers).catch(failed) : answers;
  } catch (error) {
    return failed(error);
  }
}

function strongest(answers: readonly (Answer | undefined)[], login: string, question: Question, name: string): Answer {
  const evidence = () => ({ login, address: formatAddress(question.address), source: name });
  let best: Answer | undefined;
  for (const given of answers) {
    const answer: Answer = given ?? {
      kind: "unknown",
      code: "source-failed",
      cause: "a question was left open",
      evidence,
    };
    if (best === undefined || strength(answer) > strength(best)) best = answer;
  }
  return best ?? { kind: "no-nobody-owns-it", evidence };
}

function strength(answer: Answer): number {
  switch (answer.kind) {
    case "yes":
      return answer.requires === undefined ? 4 : 3;
    case "unknown":
      return 2;
    case "no-others-own-it":
      return 1;
    case "no-nobody-owns-it":
      return 0;
  }
}
