import type { DnsAnswer, Resolver } from "./resolver.js";

/** Options of {@link cachedResolver}. */
export interface CachedResolverOptions {
  /** Answers kept of each record type; beyond it the one longest unused goes. Default 10,000. */
  readonly maxEntries?: number;
  /** The longest that records are kept, and how long where no TTL is known. Default 300. */
  readonly positiveSeconds?: number;
  /** The longest that an answer without records is kept, and how long where no TTL is known. Default 60. */
  readonly negativeSeconds?: number;
  /** A clock in milliseconds that only goes forward. Default `performance.now`. */
  readonly now?: () => number;
}

/**
 * Keeps a resolver's answers in memory, and shares a question among those who ask it at the same time.
 *
 * `failed` is never kept: the next one asks again. A caller that aborts gets `failed` at once; the question goes on while
 * another waits for it and is aborted with the last. As many questions can be open as there are callers.
 */
export function cachedResolver(resolver: Resolver, options: CachedResolverOptions = {}): Resolver {
  return {
    mx: cached((name, how) => resolver.mx(name, how), options),
    a: cached((name, how) => resolver.a(name, how), options),
    aaaa: cached((name, how) => resolver.aaaa(name, how), options),
  };
}

type Ask<Row> = (name: string, options: { readonly signal: AbortSignal }) => Promise<DnsAnswer<Row>>;

interface OpenQuestion<Row> {
  readonly answer: Promise<DnsAnswer<Row>>;
  readonly stop: AbortController;
  callers: number;
}

const ABORTED = { kind: "failed", cause: "aborted" } as const;

function cached<Row>(ask: Ask<Row>, options: CachedResolverOptions): Ask<Row> {
  const { maxEntries = 10_000, positiveSeconds = 300, negativeSeconds = 60, now = () => performance.now() } = options;
  /** In order of last use, the longest unused first. */
  const kept = new Map<string, { readonly answer: DnsAnswer<Row>; readonly until: number }>();
  const open = new Map<string, OpenQuestion<Row>>();

  function recall(name: string): DnsAnswer<Row> | undefined {
    const entry = kept.get(name);
    if (entry === undefined) return undefined;
    kept.delete(name);
    if (now() >= entry.until) return undefined;
    kept.set(name, entry);
    return entry.answer;
  }

  function keep(name: string, answer: DnsAnswer<Row>): void {
    if (answer.kind === "failed") return;
    const limit = answer.kind === "records" ? positiveSeconds : negativeSeconds;
    const seconds = Math.min(answer.ttlSeconds ?? limit, limit);
    if (seconds <= 0) return;
    kept.set(name, { answer, until: now() + seconds * 1000 });
    for (const oldest of kept.keys()) {
      if (kept.size <= maxEntries) break;
      kept.delete(oldest);
    }
  }

  function begin(name: string): OpenQuestion<Row> {
    const stop = new AbortController();
    const answer = outcome(ask, name, stop.signal).then((answer) => {
      // An aborted question has left the map already, and another may stand in its place.
      if (open.get(name) === question) {
        open.delete(name);
        keep(name, answer);
      }
      return answer;
    });
    const question: OpenQuestion<Row> = { answer, stop, callers: 0 };
    open.set(name, question);
    return question;
  }

  return async (name, { signal }) => {
    const known = recall(name);
    if (known !== undefined) return known;
    if (signal.aborted) return ABORTED;
    const question = open.get(name) ?? begin(name);
    question.callers++;
    return await new Promise((resolve) => {
      const abort = () => {
        question.callers--;
        if (question.callers === 0 && open.get(name) === question) {
          open.delete(name);
          question.stop.abort();
        }
        resolve(ABORTED);
      };
      signal.addEventListener("abort", abort, { once: true });
      void question.answer.then((answer) => {
        signal.removeEventListener("abort", abort);
        resolve(answer);
      });
    });
  };
}

/** The answer of a resolver that might break its promise never to reject. */
async function outcome<Row>(ask: Ask<Row>, name: string, signal: AbortSignal): Promise<DnsAnswer<Row>> {
  try {
    return await ask(name, { signal });
  } catch (error) {
    return { kind: "failed", cause: error instanceof Error ? error.message : String(error) };
  }
}
