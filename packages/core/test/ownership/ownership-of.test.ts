import { describe, expect, it } from "vitest";
import { type Address, type AskFunction, addressFromInternal, type Claim, ownershipOf } from "../../src/index.js";

const asked = async (ask: AskFunction, texts: readonly string[], signal?: AbortSignal) => {
  const questions = texts.flatMap((text) => [
    { address: addressFromInternal(text), role: "author" } as const,
    { address: addressFromInternal(text), role: "sender" } as const,
  ]);
  const source = ownershipOf(ask, { name: "code" });
  const answers = await source.ask("ann", questions, signal === undefined ? undefined : { signal });
  return answers.map((answer) => {
    if (answer.kind === "unknown") return answer.code;
    return answer.kind === "yes" && answer.requires !== undefined ? "on-behalf" : answer.kind;
  });
};
const twice = (...each: string[]) => each.flatMap((one) => [one, one]);
const lie = (value: unknown) => value as Claim[];

describe("ownershipOf", () => {
  it.each<[Claim, string]>([
    [true, "yes"],
    ["send-as", "yes"],
    ["send-on-behalf", "on-behalf"],
    ["others-own-it", "no-others-own-it"],
    [false, "no-nobody-owns-it"],
  ])("takes %s for %s", async (claim, expected) => {
    expect(await asked(() => [claim], ["a@x.test"])).toEqual(twice(expected));
    expect(await asked(async () => [claim], ["a@x.test"])).toEqual(twice(expected));
  });

  it("asks once, each address once", async () => {
    const calls: string[][] = [];
    const ask: AskFunction = async (login, addresses) => {
      calls.push([login, ...addresses.map(({ localPart, domain }: Address) => `${localPart}@${domain.ascii}`)]);
      return addresses.map(({ localPart }) => localPart === "a");
    };
    expect(await asked(ask, ["a@x.test", "b@x.test", "a@X.test"])).toEqual(twice("yes", "no-nobody-owns-it", "yes"));
    expect(calls).toEqual([["ann", "a@x.test", "b@x.test"]]);
  });

  it.each<[string, Claim[], string]>([
    ["both forms", [true, true], "yes"],
    ["one form", [true, false], "no-nobody-owns-it"],
    ["the other form", ["others-own-it", true], "no-others-own-it"],
    ["one on behalf", [true, "send-on-behalf"], "on-behalf"],
  ])("needs both forms of a domain that has two: %s", async (_case, claims, expected) => {
    const domains: string[] = [];
    const ask: AskFunction = (_login, addresses) => {
      domains.push(...addresses.map(({ domain }) => domain.ascii));
      return claims;
    };
    expect(await asked(ask, ["a@straße.test"])).toEqual(twice(expected));
    expect(domains).toEqual(["xn--strae-oqa.test", "strasse.test"]);
  });

  it("asks nothing of an address without a valid domain", async () => {
    const ask: AskFunction = () => {
      throw new Error("asked");
    };
    expect(await asked(ask, ["a", "a@b..c"])).toEqual(twice("no-nobody-owns-it", "no-nobody-owns-it"));
  });

  it.each<[string, AskFunction]>([
    [
      "throws",
      () => {
        throw new Error("down");
      },
    ],
    ["rejects", () => Promise.reject(new Error("down"))],
    ["says too little", () => []],
    ["says too much", () => [true, true]],
    ["says something else", () => lie(["yes"])],
    ["leaves a hole", async () => new Array<Claim>(1)],
    ["gives no list", () => lie(undefined)],
    ["gives no list late", async () => lie(null)],
  ])("cannot answer where the function %s", async (_case, ask) => {
    expect(await asked(ask, ["a@x.test"])).toEqual(twice("source-failed"));
  });

  it("lets a caller go at once, and tells the function", async () => {
    const controller = new AbortController();
    let signal: AbortSignal | undefined;
    const ask: AskFunction = (_login, _addresses, options) => {
      signal = options.signal;
      return new Promise(() => {});
    };
    const answers = asked(ask, ["a@x.test"], controller.signal);
    controller.abort();
    expect(await answers).toEqual(twice("aborted"));
    expect(signal?.aborted).toBe(true);
    expect(await asked(ask, ["a@x.test"], AbortSignal.abort())).toEqual(twice("aborted"));
  });
});
