import type { DnsAnswer, Resolver } from "./resolver.js";

/** Options of {@link cachedResolver}. */
export interface CachedResolverOptions {
  /** Answers kept of each record type; beyond it the one longest unused goes. Default 10,000. */
  readonly maxEntries?: number;
  /** How long records are kept where the transport shows no TTL. Default 300. */
  readonly positiveSeconds?: number;
  /** How long an answer without records is kept where the transport shows no TTL. Default 60. */
  readonly negativeSeconds?: number;
  /**
   * How long after its end an answer still stands in for one that cannot be had. Default 0: not at all.
   *
   * @see RFC 8767
   */
  readonly staleSeconds?: number;
  /** A clock in milliseconds that only goes forward. Default `performance.now`. */
  readonly now?: () => number;
}

/** The longest that records are kept, whatever their TTL: a day. */
const MAX_POSITIVE_SECONDS = 86_400;
/** The longest that an answer without records is kept, whatever the SOA says (RFC 2308 section 5: one to three hours). */
const MAX_NEGATIVE_SECONDS = 10_800;
/** How long a stale answer stands before the question is asked again (RFC 8767 section 5). */
const STALE_RECHECK_SECONDS = 30;

/**
 * Keeps a resolver's answers in memory for as long as they say, and shares a question among those who ask it at the same time.
 * What is kept is answered at once, without a promise.
 *
 * `failed` is never kept: the next one asks again, except that a stale answer in its place stands for 30 seconds. A caller that
 * aborts gets `failed` at once, or a stale answer; the question goes on while another waits for it and is aborted with the
 * last. As many questions can be open as there are callers.
 */
export function cachedResolver(resolver: Resolver, options: CachedResolverOptions = {}): Resolver {
  const { ns, txt } = resolver;
  return {
    mx: cached((name, how) => resolver.mx(name, how), options),
    a: cached((name, how) => resolver.a(name, how), options),
    aaaa: cached((name, how) => resolver.aaaa(name, how), options),
    ...(ns === undefined ? {} : { ns: cached((name, how) => ns.call(resolver, name, how), options) }),
    ...(txt === undefined ? {} : { txt: cached((name, how) => txt.call(resolver, name, how), options) }),
  };
}

type Ask<Row> = (name: string, options: { readonly signal: AbortSignal }) => DnsAnswer<Row> | Promise<DnsAnswer<Row>>;

type Known<Row> = Exclude<DnsAnswer<Row>, { readonly kind: "failed" }>;

interface Kept<Row> {
  readonly answer: Known<Row>;
  /** Until when it is asked for no more, and until when it can stand in for a failure. */
  readonly freshUntil: number;
  readonly staleUntil: number;
}

interface OpenQuestion<Row> {
  readonly answer: Promise<DnsAnswer<Row>>;
  readonly stop: AbortController;
  callers: number;
}

const ABORTED = { kind: "failed", cause: "aborted" } as const;

function cached<Row>(ask: Ask<Row>, options: CachedResolverOptions): Ask<Row> {
  const { maxEntries = 10_000, positiveSeconds = 300, negativeSeconds = 60, staleSeconds = 0 } = options;
  const now = options.now ?? (() => performance.now());
  /** In order of last use, the longest unused first. */
  const kept = new Map<string, Kept<Row>>();
  const open = new Map<string, OpenQuestion<Row>>();
  /** What stands last in `kept`: the domain of most questions is that of the one before, and need not be moved there. */
  let last: Kept<Row> | undefined;

  function recall(name: string): DnsAnswer<Row> | undefined {
    const entry = kept.get(name);
    if (entry === undefined) return undefined;
    const time = now();
    if (time >= entry.staleUntil) kept.delete(name);
    else if (entry !== last) put(name, entry);
    return time < entry.freshUntil ? entry.answer : undefined;
  }

  function put(name: string, entry: Kept<Row>): void {
    kept.delete(name);
    kept.set(name, entry);
    last = entry;
  }

  /** What stands in for a failure, if anything does. */
  function stale(name: string): DnsAnswer<Row> | undefined {
    const entry = kept.get(name);
    return entry !== undefined && now() < entry.staleUntil ? entry.answer : undefined;
  }

  function keep(name: string, answer: Known<Row>): void {
    const seconds = secondsToKeep(answer);
    kept.delete(name);
    if (seconds <= 0) return;
    const freshUntil = now() + seconds * 1000;
    put(name, { answer, freshUntil, staleUntil: freshUntil + staleSeconds * 1000 });
    for (const oldest of kept.keys()) {
      if (kept.size <= maxEntries) break;
      kept.delete(oldest);
    }
  }

  function secondsToKeep({ kind, ttlSeconds }: Known<Row>): number {
    return kind === "records"
      ? Math.min(ttlSeconds ?? positiveSeconds, MAX_POSITIVE_SECONDS)
      : Math.min(ttlSeconds ?? negativeSeconds, MAX_NEGATIVE_SECONDS);
  }

  /** Keeps what was answered; a failure gives way to a stale answer, which is then fresh for a while. */
  function settle(name: string, answer: DnsAnswer<Row>): DnsAnswer<Row> {
    if (answer.kind !== "failed") {
      keep(name, answer);
      return answer;
    }
    const entry = kept.get(name);
    if (entry === undefined || now() >= entry.staleUntil) return answer;
    put(name, { ...entry, freshUntil: Math.min(now() + STALE_RECHECK_SECONDS * 1000, entry.staleUntil) });
    return entry.answer;
  }

  function begin(name: string): OpenQuestion<Row> {
    const stop = new AbortController();
    const answer = outcome(ask, name, stop.signal).then((answer) => {
      // An aborted question has left the map already, and another may stand in its place.
      if (open.get(name) !== question) return answer;
      open.delete(name);
      return settle(name, answer);
    });
    const question: OpenQuestion<Row> = { answer, stop, callers: 0 };
    open.set(name, question);
    return question;
  }

  function wait(name: string, signal: AbortSignal): DnsAnswer<Row> | Promise<DnsAnswer<Row>> {
    if (signal.aborted) return ABORTED;
    const question = open.get(name) ?? begin(name);
    question.callers++;
    return new Promise((resolve) => {
      const abort = () => {
        question.callers--;
        if (question.callers === 0 && open.get(name) === question) {
          open.delete(name);
          question.stop.abort();
        }
        resolve(stale(name) ?? ABORTED);
      };
      signal.addEventListener("abort", abort, { once: true });
      void question.answer.then((answer) => {
        signal.removeEventListener("abort", abort);
        resolve(answer);
      });
    });
  }

  return (name, options) => recall(name) ?? wait(name, options.signal);
}

/** The answer of a resolver that might break its promise never to reject. */
async function outcome<Row>(ask: Ask<Row>, name: string, signal: AbortSignal): Promise<DnsAnswer<Row>> {
  try {
    return await ask(name, { signal });
  } catch (error) {
    return { kind: "failed", cause: error instanceof Error ? error.message : String(error) };
  }
}
