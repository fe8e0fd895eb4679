import type { Answer, Directory, Question } from "@fromguard/core";

/** Told of what a source of ownership answers, and of what it was asked for the login, in the same order. */
export type OnAnswers = (
  source: string,
  answers: readonly Answer[],
  asked: { readonly login: string; readonly questions: readonly Question[] },
) => void;

/** The same source, whose answers are told. */
export function countedSource(source: Directory, onAnswers: OnAnswers): Directory {
  const { name, remedies } = source;
  return {
    name,
    ask: (login, questions, options) => {
      const tell = (answers: readonly Answer[]) => {
        onAnswers(name, answers, { login, questions });
        return answers;
      };
      const answers = source.ask(login, questions, options);
      return "then" in answers ? answers.then(tell) : tell(answers);
    },
    owners: (...asked) => source.owners(...asked),
    addresses: (...asked) => source.addresses(...asked),
    ...(remedies === undefined ? {} : { remedies: (...asked) => remedies.call(source, ...asked) }),
  };
}
