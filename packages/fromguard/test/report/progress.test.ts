import { describe, expect, it } from "vitest";
import { progressOn } from "../../src/report/progress.js";
import { testIo } from "../support/test-io.js";

describe("the progress of a long task", () => {
  it("is a bar on a terminal, four times a second at most, and is gone at the end", () => {
    const io = testIo({ terminal: true });
    let now = 0;
    const progress = progressOn(io.stderr, 1000, () => now);
    progress.lines(4096);
    now = 249;
    progress.lines(8192);
    expect(io.err()).toBe("");
    progress.read(500);
    now = 250;
    progress.lines(12_288);
    progress.lines(16_384);
    expect(io.err()).toBe("\r[###############...............]  50 %  12,288 lines\x1b[K");
    progress.end();
    expect(io.err().endsWith("\r\x1b[K")).toBe(true);
  });

  it("counts lines where nobody knows how many there are", () => {
    const io = testIo({ terminal: true });
    let now = 0;
    const progress = progressOn(io.stderr, 0, () => now);
    now = 1000;
    progress.lines(4096);
    expect(io.err()).toBe("\r4,096 lines\x1b[K");
  });

  it("is nothing elsewhere, and nothing of a short task", () => {
    for (const terminal of [true, false]) {
      const io = testIo({ terminal });
      const progress = progressOn(io.stderr, 1000, () => 0);
      progress.read(1000);
      progress.lines(4096);
      progress.end();
      expect(io.err()).toBe("");
    }
  });
});
