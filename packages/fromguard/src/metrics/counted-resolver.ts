import type { Resolver } from "@fromguard/core";

/** The same resolver, whose questions are told. */
export function countedResolver(resolver: Resolver, onAsked: () => void): Resolver {
  const counted =
    <Asked extends readonly unknown[], Answer>(ask: (...asked: Asked) => Answer) =>
    (...asked: Asked): Answer => {
      onAsked();
      return ask(...asked);
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
