import { EventEmitter } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Case, Kind } from "../src/kind.js";
import { agree } from "../src/kind.js";
import { CASE_DEADLINE_MS, runCorpus } from "../src/run.js";

const kind: Kind = { name: "milter", recognise: () => true, cases: () => [] };

function run(check: Case["check"], strays = new EventEmitter()) {
  const following: Case = { name: "next", check: () => agree() };
  return runCorpus([{ path: "a.json", kind, cases: [{ name: "odd", check }, following] }], strays);
}

describe("a case that goes astray", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("disagrees where it throws in a callback, and the next one runs", async () => {
    const strays = new EventEmitter();
    const report = await run(() => {
      strays.emit("uncaughtException", new Error("in a socket"));
      return new Promise(() => {});
    }, strays);
    expect(report.kinds.milter).toEqual({ agree: 1, total: 2, skipped: 0 });
    expect(report.disagreements).toMatchObject([{ case: "odd", got: "threw behind its back: in a socket" }]);
    expect(strays.eventNames()).toEqual([]);
  });

  it("disagrees where it never answers", async () => {
    vi.useFakeTimers();
    const report = run(() => new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(CASE_DEADLINE_MS);
    expect((await report).disagreements).toMatchObject([{ case: "odd", got: `none within ${CASE_DEADLINE_MS} ms` }]);
  });

  it("disagrees where its promise is rejected with something that is no error", async () => {
    const report = await run(() => Promise.reject("text"));
    expect(report.disagreements).toMatchObject([{ case: "odd", expected: "an answer", got: "threw: text" }]);
  });
});
