import type { Answered, DnsAnswer, Resolver } from "@fromguard/core";

/** What happens in DNS: a rule asks, a name server is asked, and it answers or not. */
export type DnsEvent =
  | { readonly kind: "question" }
  | { readonly kind: "query" }
  | { readonly kind: "answer"; readonly isFailed: boolean; readonly seconds: number };

/** What a resolver is asked, and what it answers. */
export interface DnsListener {
  readonly onAsked: () => void;
  /** Seconds behind the question. */
  readonly onAnswered?: (kind: DnsAnswer<never>["kind"], seconds: number) => void;
}

/** The same resolver, whose questions and answers are told. */
export function countedResolver(resolver: Resolver, { onAsked, onAnswered }: DnsListener): Resolver {
  const timed = <Record>(answer: Answered<Record>): Answered<Record> => {
    if (onAnswered === undefined) return answer;
    const begun = performance.now();
    const tell = (given: DnsAnswer<Record>) => {
      onAnswered(given.kind, (performance.now() - begun) / 1000);
      return given;
    };
    return "then" in answer ? answer.then(tell) : tell(answer);
  };
  const counted =
    <Asked extends readonly unknown[], Record>(ask: (...asked: Asked) => Answered<Record>) =>
    (...asked: Asked): Answered<Record> => {
      onAsked();
      return timed(ask(...asked));
    };
  const { ns, txt } = resolver;
  return {
    mx: counted((...asked) => resolver.mx(...asked)),
    a: counted((...asked) => resolver.a(...asked)),
    aaaa: counted((...asked) => resolver.aaaa(...asked)),
    ...(ns === undefined ? {} : { ns: counted((...asked) => ns.call(resolver, ...asked)) }),
    ...(txt === undefined ? {} : { txt: counted((...asked) => txt.call(resolver, ...asked)) }),
  };
}
