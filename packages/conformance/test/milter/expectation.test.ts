import { describe, expect, it } from "vitest";
import { expectationOf } from "../../src/milter/expectation.js";

describe("the words of an expectation", () => {
  it.each([
    ["close this connection without an answer and keep serving others; no crash", "must"],
    ["close after Q; the frame after it is never evaluated", "must"],
    ["close, or accept the text up to the end of the frame; never read past the frame", "may"],
    ["junk ignored or close", "may"],
    ["either answer the second negotiation afresh or close; never mix old and new flags", "may"],
    ["treat as an error, or use one deterministically; log it", "may"],
    ["a filter that needs to rewrite refuses at start (close) or runs with rewriting disabled", "may"],
    ["one continue; client address is unknown", "must-not"],
    ["wait for more octets; on end of stream close quietly; nothing is evaluated", "must-not"],
  ])("%s", (text, close) => {
    expect(expectationOf(text)).toEqual({ close, deferral: false });
  });

  it("knows a temporary failure", () => {
    expect(expectationOf("close, or a temporary failure; never accept")).toEqual({ close: "may", deferral: true });
  });
});
