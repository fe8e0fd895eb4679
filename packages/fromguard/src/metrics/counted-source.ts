import type { Answer, Directory } from "@fromguard/core";

/** Told of what a source of ownership answers. */
export type OnAnswers = (source: string, answers: readonly Answer[]) => void;

/** The same source, whose answers are told. */
export function countedSource(source: Directory, onAnswers: OnAnswers): Directory {
  const { name, remedies } = source;
  const tell = (answers: readonly Answer[]) => {
    onAnswers(name, answers);
    return answers;
  };
  return {
    name,
    ask: (...asked) => {
      const answers = source.ask(...asked);
      return "then" in answers ? answers.then(tell) : tell(answers);
    },
    owners: (...asked) => source.owners(...asked),
    addresses: (...asked) => source.addresses(...asked),
    ...(remedies === undefined ? {} : { remedies: (...asked) => remedies.call(source, ...asked) }),
  };
}
