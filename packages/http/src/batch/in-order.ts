/** Something that is being answered, and what it holds meanwhile. */
export interface Begun<Answer> {
  readonly answer: Promise<Answer>;
  readonly octets: number;
}

/** Bounds on what is answered at the same time. */
export interface InFlight {
  readonly maxItems: number;
  /** One item alone may hold more. */
  readonly maxOctets: number;
}

/**
 * Begins what comes, and gives the answers in its order, each as soon as those before it are there. Takes no more than may be in
 * flight, and nothing while nobody takes the answers.
 *
 * @param onLeave Called when nobody takes the answers any more: it must end the wait for items and for answers, for which the `return`
 * of a generator waits
 */
export function inOrder<Item, Answer>(
  items: AsyncIterable<Item>,
  begin: (item: Item) => Begun<Answer>,
  inFlight: InFlight,
  onLeave: () => void,
): AsyncIterableIterator<Answer> {
  let isLeft = false;
  const answers = answersOf(items, begin, inFlight, () => isLeft);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => answers.next(),
    return: () => {
      isLeft = true;
      onLeave();
      return answers.return(undefined);
    },
  };
}

async function* answersOf<Item, Answer>(
  items: AsyncIterable<Item>,
  begin: (item: Item) => Begun<Answer>,
  { maxItems, maxOctets }: InFlight,
  isLeft: () => boolean,
): AsyncGenerator<Answer, undefined> {
  const source = items[Symbol.asyncIterator]();
  const open: Begun<Answer>[] = [];
  let octets = 0;
  let coming = asked(source);
  try {
    for (;;) {
      const [oldest] = open;
      const mayTake = coming !== undefined && open.length < maxItems && octets <= maxOctets;
      if (oldest === undefined && !mayTake) return;
      const turn = await Promise.race([...(mayTake ? [coming!] : []), ...(oldest === undefined ? [] : [done(oldest)])]);
      if (isLeft()) return;
      if ("answer" in turn) {
        open.shift();
        octets -= oldest?.octets ?? 0;
        yield turn.answer;
      } else if (turn.next.done === true) {
        coming = undefined;
      } else {
        const begun = begin(turn.next.value);
        begun.answer.catch(() => undefined);
        open.push(begun);
        octets += begun.octets;
        coming = asked(source);
      }
    }
  } finally {
    source.return?.().catch(() => undefined);
  }
}

function asked<Item>(source: AsyncIterator<Item>): Promise<{ readonly next: IteratorResult<Item> }> | undefined {
  const coming = source.next().then((next) => ({ next }));
  // It is looked at when its turn comes: until then a failure must not count as unhandled.
  coming.catch(() => undefined);
  return coming;
}

function done<Answer>({ answer }: Begun<Answer>): Promise<{ readonly answer: Answer }> {
  return answer.then((answer) => ({ answer }));
}
