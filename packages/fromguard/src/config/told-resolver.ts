import type { Answered, DnsAnswer, Resolver } from "@fromguard/core";

/** Told of an answer for records of that type. */
export type OnDnsAnswer = (type: string, name: string, answer: DnsAnswer<unknown>) => void;

/** The same resolver, whose answers are told. */
export function toldResolver(resolver: Resolver, onAnswer: OnDnsAnswer): Resolver {
  const told =
    <Options, Row>(type: string, ask: (name: string, options: Options) => Answered<Row>) =>
    (name: string, options: Options): Answered<Row> => {
      const tell = (answer: DnsAnswer<Row>) => {
        onAnswer(type, name, answer);
        return answer;
      };
      const answer = ask(name, options);
      return answer instanceof Promise ? answer.then(tell) : tell(answer);
    };
  const { mx, a, aaaa, ns, txt } = resolver;
  return {
    mx: told("MX", mx.bind(resolver)),
    a: told("A", a.bind(resolver)),
    aaaa: told("AAAA", aaaa.bind(resolver)),
    ...(ns === undefined ? {} : { ns: told("NS", ns.bind(resolver)) }),
    ...(txt === undefined ? {} : { txt: told("TXT", txt.bind(resolver)) }),
  };
}
