import { describe, expect, it } from "vitest";
import { delayBeforeReplacement } from "../../src/workers/replacement.js";

describe("the delay before a worker is replaced", () => {
  it("doubles from a tenth of a second to half a minute while workers end early", () => {
    const delays: number[] = [];
    for (let time = 0; time < 11; time++) delays.push(delayBeforeReplacement(5, delays.at(-1) ?? 0));
    expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
  });

  it("is none after a minute of service, and begins anew from there", () => {
    expect(delayBeforeReplacement(60_000, 30_000)).toBe(0);
    expect(delayBeforeReplacement(59_999, 0)).toBe(100);
  });
});
