import { formatAddress } from "../address/address.js";
import { andThen } from "../verdict/and-then.js";
import {
  type AskOptions,
  addressesOf,
  askSource,
  joinListings,
  ownersOf,
  remediesOf,
  type Unknown,
} from "./ask-source.js";
import type { Directory, Listing } from "./directory.js";
import { type MemberOrSource, membersOf, tellIgnored } from "./member.js";
import type { Answer, Ownership, Question } from "./ownership.js";

/**
 * Several sources as one: a yes of any source is a yes, and one without a condition wins over send on behalf. Without a
 * yes, `unknown` wins over no, since the source that did not answer might have said yes; then others over nobody. The order of
 * the sources does not matter.
 *
 * Asks every source at once. In memory where all sources are. A source that breaks its promise and throws is `unknown`
 * with the code `source-failed`. A source that cannot be listed is a gap of every listing, whatever its failure means.
 */
export function unionOwnership(...sources: readonly MemberOrSource[]): Directory {
  const members = membersOf(sources);
  const name = members.map(({ source }) => source.name).join(" | ");
  const list = (each: (source: Ownership) => Listing | Promise<Listing>) =>
    andThen(settled(members.map(({ source }) => each(source))), joinListings);
  return {
    name,
    ask(login: string, questions: readonly Question[], options: AskOptions) {
      const asked = settled(members.map(({ source }) => askSource(source, login, questions, options)));
      return andThen(asked, (all) =>
        questions.map(({ address }, index) => {
          const ignored: Unknown[] = [];
          let best: Answer | undefined;
          for (const [at, { onFailure }] of members.entries()) {
            const answer = all[at]?.[index];
            if (answer === undefined) continue;
            if (answer.kind === "unknown" && onFailure === "ignore") ignored.push(answer);
            else if (best === undefined || strength(answer) > strength(best)) best = answer;
          }
          const evidence = () => ({ login, address: formatAddress(address), source: name });
          return tellIgnored(best ?? { kind: "no-nobody-owns-it", evidence }, ignored);
        }),
      );
    },
    owners: (address, options) => list((source) => ownersOf(source, address, options)),
    addresses: (login, options) => list((source) => addressesOf(source, login, options)),
    remedies: (login, address) => members.flatMap(({ source }) => remediesOf(source, login, address)),
  };
}

/** A promise only where one of them is. */
function settled<T extends object>(values: readonly (T | Promise<T>)[]): readonly T[] | Promise<readonly T[]> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as readonly T[]);
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
