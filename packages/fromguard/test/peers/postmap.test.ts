import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { whyNotRun } from "./peers.js";
import { PostmapPeer } from "./postmap.js";
import { tableCases } from "./postmap-cases.js";

/** Keys to compare over all types; `npm run long` asks for a million. */
const COMPARISONS = Number(process.env.COMPARISONS ?? 24_000);
const SEED = Number(process.env.SEED ?? Math.trunc(Math.random() * 2 ** 31));
/** The share of each type, default 1: patterns have the most ways to differ; a table that fails takes postmap a second. */
const SHARES: Readonly<Record<string, number>> = {
  pcre: 12,
  regexp: 6,
  cidr: 3,
  unionmap: 3,
  pipemap: 3,
  texthash: 3,
  lmdb: 2,
  cdb: 2,
  fail: 0,
};

const reason = whyNotRun(["postmap"], { root: false });
const peer = reason === undefined ? new PostmapPeer(Math.max(12, COMPARISONS / 5000)) : undefined;
afterAll(() => peer?.close());

const total = Object.keys(tableCases).reduce((sum, type) => sum + (SHARES[type] ?? 1), 0);

it.skipIf(peer === undefined).each(Object.entries(tableCases))(
  "random %s tables answer, warn and fail as postmap does",
  async (type, cases) => {
    const wanted = Math.ceil((COMPARISONS * (SHARES[type] ?? 1)) / total);
    const begun = performance.now();
    const done = { compared: 0, tables: 0, refused: 0, limited: 0 };
    for (let round = 0; round === 0 || done.compared < wanted; round += 1) {
      await fc.assert(
        fc.asyncProperty(cases, async (one) => {
          const { compared, refused, limited } = await peer!.compare(one);
          done.compared += compared;
          done.tables += 1;
          done.refused += refused ? 1 : 0;
          done.limited += limited;
        }),
        { numRuns: Math.min(200, Math.ceil((wanted - done.compared) / 60) || 1), seed: SEED + round },
      );
    }
    const seconds = (performance.now() - begun) / 1000;
    console.log(
      `${type}: ${done.compared} comparisons in ${done.tables} tables, 0 different, seed ${SEED}, ` +
        `${done.refused} tables refused, ${done.limited} keys at a step limit, ${Math.round(done.compared / seconds)}/s`,
    );
    expect(done.refused).toBeLessThan(done.tables / 4);
  },
  COMPARISONS * 10 + 60_000,
);
