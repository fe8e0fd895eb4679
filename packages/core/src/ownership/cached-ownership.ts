import type { Address } from "../address/address.js";
import { type AskOptions, addressesOf, askSource, gapOnly, ownersOf, unknownAnswer } from "./ask-source.js";
import type { Directory, Listing } from "./directory.js";
import type { Answer, Ownership, Question } from "./ownership.js";

/** Options of {@link cachedOwnership}. */
export interface CachedOwnershipOptions {
  /** Milliseconds that a yes is kept, from when it was asked for: as long may a right live on that was taken away. Default 60,000. */
  readonly ttlMs?: number;
  /** Milliseconds that a no is kept. Default 10,000. */
  readonly negativeTtlMs?: number;
  /** Answers kept; beyond it the one longest unused goes. Default 10,000. */
  readonly maxEntries?: number;
  /** Questions that wait for the source at one time; one more is `unknown` with the code `source-busy`. Default 10,000. */
  readonly maxOpen?: number;
  /** Milliseconds for one call of the source; then its questions are `unknown` with the code `source-deadline`. Default 5000. */
  readonly deadlineMs?: number;
  /** A clock in milliseconds that only goes forward. Default `performance.now`. */
  readonly now?: () => number;
}

/** The longest question, in UTF-16 units, whose answer is kept: with `maxEntries` it bounds the memory. */
const MAX_KEPT_KEY = 1024;

/**
 * Keeps the answers of a source for a while, and asks it as little as can be: questions on one login that come in the same tick go
 * in one call, and a question that is being asked is shared by all who have it.
 *
 * `unknown` is never kept. A caller who aborts gets `unknown` with the code `aborted` at once, and takes his questions away from
 * nobody else; a call in which nobody has a question any more is aborted. An array where every answer is kept, else a promise.
 * The role is part of a question.
 *
 * Listings are the source's own, not kept, under the same deadline.
 */
export function cachedOwnership(source: Ownership, options: CachedOwnershipOptions = {}): Directory {
  return new CachedOwnership(source, options);
}

/** One question that the source has not answered. */
interface Open {
  readonly key: string;
  readonly question: Question;
  readonly call: Call;
  readonly answer: Promise<Answer>;
  readonly settle: (answer: Answer) => void;
  callers: number;
}

/** One call of the source, gathered or under way. */
interface Call {
  readonly login: string;
  readonly stop: AbortController;
  /** What somebody still waits for. */
  readonly open: Set<Open>;
  timer: ReturnType<typeof setTimeout> | undefined;
}

class CachedOwnership implements Directory {
  readonly name: string;
  readonly #source: Ownership;
  readonly #options: Required<CachedOwnershipOptions>;
  /** In order of last use, the longest unused first. */
  readonly #kept = new Map<string, { readonly answer: Answer; readonly until: number }>();
  readonly #open = new Map<string, Open>();
  /** Calls of this tick, by login. */
  readonly #gathered = new Map<string, Call>();

  constructor(source: Ownership, options: CachedOwnershipOptions) {
    this.name = source.name;
    this.#source = source;
    this.#options = {
      ttlMs: 60_000,
      negativeTtlMs: 10_000,
      maxEntries: 10_000,
      maxOpen: 10_000,
      deadlineMs: 5000,
      now: () => performance.now(),
      ...options,
    };
  }

  ask(login: string, questions: readonly Question[], { signal }: NonNullable<AskOptions> = {}) {
    const unknown = ({ address }: Question, code: string, cause: string) =>
      unknownAnswer(this.name, login, address, code, cause);
    const answers: (Answer | undefined)[] = [];
    const waiting = new Map<number, Open>();
    for (const [index, question] of questions.entries()) {
      const key = keyOf(login, question);
      answers[index] = this.#recall(key);
      if (answers[index] !== undefined || signal?.aborted === true) continue;
      const open = this.#open.get(key) ?? this.#begin(key, login, question);
      if (open === undefined) {
        answers[index] = unknown(question, "source-busy", `${this.#options.maxOpen} questions wait for the source`);
      } else if (waiting.set(index, open)) open.callers++;
    }
    const aborted = () =>
      questions.map((each, index) => answers[index] ?? unknown(each, "aborted", "the question was aborted"));
    if (waiting.size === 0) return aborted();
    return new Promise<readonly Answer[]>((resolve) => {
      const leave = () => {
        resolve(aborted());
        for (const open of waiting.values()) if (--open.callers === 0) this.#drop(open);
      };
      signal?.addEventListener("abort", leave, { once: true });
      const late = [...waiting].map(async ([index, open]) => {
        answers[index] = await open.answer;
      });
      void Promise.all(late).then(() => {
        signal?.removeEventListener("abort", leave);
        resolve(answers as readonly Answer[]);
      });
    });
  }

  owners(address: Address, options?: AskOptions): Listing | Promise<Listing> {
    return this.#list((signal) => ownersOf(this.#source, address, { signal }), options);
  }

  addresses(login: string, options?: AskOptions): Listing | Promise<Listing> {
    return this.#list((signal) => addressesOf(this.#source, login, { signal }), options);
  }

  #recall(key: string): Answer | undefined {
    const entry = this.#kept.get(key);
    if (entry === undefined) return undefined;
    this.#kept.delete(key);
    if (this.#options.now() >= entry.until) return undefined;
    this.#kept.set(key, entry);
    return entry.answer;
  }

  #keep(key: string, answer: Answer, askedAt: number): void {
    const { ttlMs, negativeTtlMs, maxEntries } = this.#options;
    if (answer.kind === "unknown" || key.length > MAX_KEPT_KEY) return;
    const until = askedAt + (answer.kind === "yes" ? ttlMs : negativeTtlMs);
    this.#kept.delete(key);
    this.#kept.set(key, { answer, until });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= maxEntries) break;
      this.#kept.delete(oldest);
    }
  }

  /** Undefined where too many wait. */
  #begin(key: string, login: string, question: Question): Open | undefined {
    if (this.#open.size >= this.#options.maxOpen) return undefined;
    const call = this.#gathered.get(login) ?? this.#gather(login);
    let settle: Open["settle"] = () => {};
    const answer = new Promise<Answer>((resolve) => {
      settle = resolve;
    });
    const open: Open = { key, question, call, answer, settle, callers: 0 };
    this.#open.set(key, open);
    call.open.add(open);
    return open;
  }

  #gather(login: string): Call {
    const call: Call = { login, stop: new AbortController(), open: new Set(), timer: undefined };
    this.#gathered.set(login, call);
    queueMicrotask(() => void this.#call(call));
    return call;
  }

  async #call(call: Call): Promise<void> {
    const { login, stop } = call;
    this.#forget(call);
    const asked = [...call.open];
    if (asked.length === 0) return;
    const { deadlineMs, now } = this.#options;
    const askedAt = now();
    call.timer = setTimeout(() => {
      const cause = `the source did not answer within ${deadlineMs} ms`;
      for (const open of [...call.open]) {
        this.#settle(open, unknownAnswer(this.name, login, open.question.address, "source-deadline", cause));
      }
      stop.abort();
    }, deadlineMs);
    const questions = asked.map(({ question }) => question);
    const answers = await askSource(this.#source, login, questions, { signal: stop.signal });
    clearTimeout(call.timer);
    for (const [index, open] of asked.entries()) {
      // What was dropped or is over its deadline has left already, and another may stand in its place.
      if (!call.open.has(open)) continue;
      const answer = answers[index] as Answer;
      this.#keep(open.key, answer, askedAt);
      this.#settle(open, answer);
    }
  }

  #settle(open: Open, answer: Answer): void {
    this.#remove(open);
    open.settle(answer);
  }

  /** Nobody waits for it any more. */
  #drop(open: Open): void {
    const { call } = open;
    if (!call.open.has(open)) return;
    this.#remove(open);
    if (call.open.size > 0) return;
    this.#forget(call);
    clearTimeout(call.timer);
    call.stop.abort();
  }

  /** No more questions go with this call. */
  #forget(call: Call): void {
    if (this.#gathered.get(call.login) === call) this.#gathered.delete(call.login);
  }

  #remove(open: Open): void {
    open.call.open.delete(open);
    this.#open.delete(open.key);
  }

  #list(list: (signal: AbortSignal) => Listing | Promise<Listing>, { signal }: NonNullable<AskOptions> = {}) {
    const { deadlineMs } = this.#options;
    const gap = (code: string, cause: string) => gapOnly(this.name, code, cause);
    if (signal?.aborted === true) return gap("aborted", "the question was aborted");
    const stop = new AbortController();
    const listing = list(stop.signal);
    if (!(listing instanceof Promise)) return listing;
    return new Promise<Listing>((resolve) => {
      const end = (given: Listing) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        resolve(given);
      };
      const give = (code: string, cause: string) => {
        end(gap(code, cause));
        stop.abort();
      };
      const abort = () => give("aborted", "the question was aborted");
      const late = () => give("source-deadline", `the source did not answer within ${deadlineMs} ms`);
      const timer = setTimeout(late, deadlineMs);
      signal?.addEventListener("abort", abort, { once: true });
      void listing.then(end);
    });
  }
}

function keyOf(login: string, { role, address }: Question): string {
  const { kind, text } = address.domain;
  return JSON.stringify([login, role, kind, text, address.localPart]);
}
