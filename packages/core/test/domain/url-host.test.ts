import { expect, it } from "vitest";
import { urlHost } from "../../src/domain/url-host.js";

it.each([
  ["BÜCHER.example", "xn--bcher-kva.example"],
  ["例子.example", "xn--fsqu00a.example"],
  ["straße", "xn--strae-oqa"],
  ["exa\u00admple", "example"],
  ["a。b", "a.b"],
  ["a\ud800", undefined],
  ["\udc00\ud800", undefined],
  ["\u05d0a", undefined],
])("%j is %s", (host, ascii) => {
  expect(urlHost(host)).toBe(ascii);
});

// Node 20: URL.canParse of "http://ü/" is false from about the six thousandth time.
it("gives the same answer however often it is asked", () => {
  const answers = new Set<string | undefined>();
  for (let round = 0; round < 20_000; round++) answers.add(urlHost("ü"));
  expect([...answers]).toEqual(["xn--tda"]);
});
