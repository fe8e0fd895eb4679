import { describe, expect, it } from "vitest";
import { nearest } from "../../src/json/nearest.js";

const WORDS = ["listeners", "ownership", "dns", "rules"];

describe("the word that was probably meant", () => {
  it.each([
    ["listners", "listeners"],
    ["Listeners", "listeners"],
    ["rule", "rules"],
    ["dsn", "dns"],
    ["owner", undefined],
    ["bananas", undefined],
    ["", undefined],
    ["x".repeat(100_000), undefined],
  ])("%.20s", (word, meant) => {
    expect(nearest(word, WORDS)).toBe(meant);
  });
});
