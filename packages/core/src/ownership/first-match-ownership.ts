import { type Address, addressFromInternal, formatAddress } from "../address/address.js";
import { andThen } from "../verdict/and-then.js";
import {
  type AskOptions,
  addressesOf,
  askSource,
  gapOnly,
  joinListings,
  ownersOf,
  type Unknown,
} from "./ask-source.js";
import type { Directory, Holding, Listing } from "./directory.js";
import { type MemberOrSource, membersOf, type OwnershipMember, tellIgnored } from "./member.js";
import type { Answer, Question } from "./ownership.js";

type Member = Required<OwnershipMember>;

/**
 * Several sources as one, in their order: for each address the first that says anything but that nobody owns it has the word.
 * A no of an earlier source hides a yes of a later one, and so does `unknown`, unless the failure of that source is ignored.
 *
 * A source is asked only what those before it left open. In memory where all sources that are asked are. A source that breaks
 * its promise and throws is `unknown` with the code `source-failed`.
 *
 * `owners` lists the source that has the word on the address. `addresses` leaves out what an earlier source hides of the
 * addresses; of a pattern of a later source, such as `@example.com`, an earlier source may still hide a part.
 */
export function firstMatchOwnership(...sources: readonly MemberOrSource[]): Directory {
  return new FirstMatch(membersOf(sources));
}

class FirstMatch implements Directory {
  readonly name: string;
  readonly #members: readonly Member[];

  constructor(members: readonly Member[]) {
    this.name = members.map(({ source }) => source.name).join(", then ");
    this.#members = members;
  }

  ask(login: string, questions: readonly Question[], options?: AskOptions) {
    const threads = questions.map((question): Thread => ({ question, answer: undefined, ignored: [], isOpen: true }));
    const read = () =>
      threads.map(({ question: { address }, answer, ignored }) => {
        const evidence = () => ({ login, address: formatAddress(address), source: this.name });
        return tellIgnored(answer ?? { kind: "no-nobody-owns-it", evidence }, ignored);
      });
    return andThen(this.#askFrom(0, threads, login, options), read);
  }

  owners(address: Address, options?: AskOptions): Listing | Promise<Listing> {
    return this.#ownersFrom(0, [], address, options);
  }

  addresses(login: string, options?: AskOptions): Listing | Promise<Listing> {
    return this.#addressesFrom(0, [], login, options);
  }

  #askFrom(
    from: number,
    threads: readonly Thread[],
    login: string,
    options: AskOptions,
  ): undefined | Promise<undefined> {
    for (let at = from; at < this.#members.length; at++) {
      const { source, onFailure } = this.#members[at] as Member;
      const open = threads.filter(({ isOpen }) => isOpen);
      if (open.length === 0) return undefined;
      const take = (answers: readonly Answer[]): undefined => {
        for (const [index, thread] of open.entries()) hear(thread, answers[index] as Answer, onFailure);
      };
      const questions = open.map(({ question }) => question);
      const answers = askSource(source, login, questions, options);
      if (answers instanceof Promise) {
        return answers.then(take).then(() => this.#askFrom(at + 1, threads, login, options));
      }
      take(answers);
    }
    return undefined;
  }

  /** A login that owns nothing finds out which source has the word. */
  #ownersFrom(
    at: number,
    sofar: readonly Listing[],
    address: Address,
    options: AskOptions,
  ): Listing | Promise<Listing> {
    const member = this.#members[at];
    if (member === undefined) return joinListings(sofar);
    const { source, onFailure } = member;
    const go = (listing?: Listing) =>
      this.#ownersFrom(at + 1, listing === undefined ? sofar : [...sofar, listing], address, options);
    return andThen(askSource(source, NOBODY, [{ address, role: "author" }], options), ([answer]) => {
      if (answer === undefined || answer.kind === "no-nobody-owns-it") return go();
      if (answer.kind === "unknown") {
        const gap = gapOnly(source.name, answer.code, answer.cause);
        return onFailure === "ignore" ? go(gap) : joinListings([...sofar, gap]);
      }
      return andThen(ownersOf(source, address, options), (listing) => joinListings([...sofar, listing]));
    });
  }

  #addressesFrom(
    at: number,
    sofar: readonly Listing[],
    login: string,
    options: AskOptions,
  ): Listing | Promise<Listing> {
    const member = this.#members[at];
    if (member === undefined) return joinListings(sofar);
    const earlier = new FirstMatch(this.#members.slice(0, at));
    return andThen(addressesOf(member.source, login, options), (listing) =>
      andThen(visible(listing, earlier, login, options), (seen) =>
        this.#addressesFrom(at + 1, [...sofar, seen], login, options),
      ),
    );
  }
}

/** What is to be found out of one address. */
interface Thread {
  readonly question: Question;
  answer: Answer | undefined;
  readonly ignored: Unknown[];
  isOpen: boolean;
}

/** The login that owns nothing. */
const NOBODY = "";

function hear(thread: Thread, answer: Answer, onFailure: Member["onFailure"]): void {
  if (answer.kind === "unknown" && onFailure === "ignore") {
    thread.ignored.push(answer);
  } else if (answer.kind === "no-nobody-owns-it") {
    thread.answer ??= answer;
  } else {
    thread.answer = answer;
    thread.isOpen = false;
  }
}

/** Without the addresses on which an earlier source has the word. */
function visible(
  listing: Listing,
  earlier: FirstMatch,
  login: string,
  options: AskOptions,
): Listing | Promise<Listing> {
  const named = listing.holdings.flatMap((holding) => {
    const address = addressOf(holding);
    return address === undefined ? [] : [{ holding, address }];
  });
  if (named.length === 0) return listing;
  const questions = named.map(({ address }): Question => ({ address, role: "author" }));
  return andThen(earlier.ask(login, questions, options), (answers) => {
    const hidden = new Set<Holding>();
    const gaps = [...listing.gaps];
    for (const [index, { holding }] of named.entries()) {
      const answer = answers[index];
      if (answer?.kind !== "no-nobody-owns-it") hidden.add(holding);
      if (answer?.kind !== "unknown") continue;
      gaps.push({ source: answer.evidence().source ?? earlier.name, code: answer.code, cause: answer.cause });
    }
    return { holdings: listing.holdings.filter((holding) => !hidden.has(holding)), gaps };
  });
}

/** The address that a holding names; undefined for a pattern. */
function addressOf({ address: text }: Holding): Address | undefined {
  const address = addressFromInternal(text);
  const { kind } = address.domain;
  return address.localPart !== "" && (kind === "name" || kind === "literal") ? address : undefined;
}
